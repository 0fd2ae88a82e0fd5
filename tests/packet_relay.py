"""Two network namespaces whose packets pass through this process, which delays and drops them. Needs root."""

import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import threading
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=20)


def enter(path):
    with open(path) as file:
        if LIBC.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def open_tun(namespace, device):
    """The device's packets as a file. It stays in the namespace when this thread leaves it."""
    enter(f"/run/netns/{namespace}")
    try:
        file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN | IFF_NO_PI))
        return file
    finally:
        enter(f"/proc/{os.getpid()}/ns/net")


class TwoHosts:
    """Namespaces `names`, with the addresses `addresses`. Packets arrive `delay` seconds late, a share `drop` never."""

    addresses = ("10.97.0.1", "10.97.0.2")

    def __init__(self, delay=0.0, drop=0.0):
        self.delay, self.drop = delay, drop
        self.names = [f"shortlist{os.getpid()}{end}" for end in "ab"]
        self.files = []
        for name, address in zip(self.names, self.addresses):
            ip("netns", "add", name)
            self.files.append(open_tun(name, "tun0"))
            ip("-n", name, "addr", "add", f"{address}/24", "dev", "tun0")
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "link", "set", "tun0", "up")
        self.stop = False
        self.thread = threading.Thread(target=self.relay, daemon=True)
        self.thread.start()

    def relay(self):
        late, count = [], 0
        luck = random.Random(1)
        while not self.stop:
            wait = 0.05 if not late else max(0, min(0.05, late[0][0] - time.monotonic()))
            for file in select.select(self.files, [], [], wait)[0]:
                try:
                    packet = os.read(file, 65536)
                except OSError:
                    continue
                if luck.random() >= self.drop:
                    other = self.files[1 - self.files.index(file)]
                    heapq.heappush(late, (time.monotonic() + self.delay, count, other, packet))
                    count += 1
            while late and late[0][0] <= time.monotonic():
                _, _, file, packet = heapq.heappop(late)
                try:
                    os.write(file, packet)
                except OSError:
                    pass  # the link is down

    def command(self, host, *words):
        """The command, run on host 0 or 1."""
        return ["ip", "netns", "exec", self.names[host], *map(str, words)]

    def link(self, host, state):
        ip("-n", self.names[host], "link", "set", "tun0", state)

    def close(self):
        self.stop = True
        self.thread.join()
        for file in self.files:
            os.close(file)
        for name in self.names:
            ip("netns", "del", name)
