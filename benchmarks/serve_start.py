#!/usr/bin/env python3
"""Promise: `shortlist serve` gives its first answer within 100 ms of its start, for the reference model's bundle.

serve_start.py PROGRAM BUNDLE [ROUNDS]: milliseconds from starting the program to the first recommendation, median and all.
"""

import socket
import statistics
import subprocess
import sys
import time

PORT = 18555
BODY = b'{"query": {}, "k": 10, "retrieve": 10}'
REQUEST = (
    b"POST /v1/recommend HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)


def first_answer(program, bundle):
    begin = time.monotonic()
    server = subprocess.Popen([program, "serve", bundle, "--port", str(PORT)], stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                client = socket.create_connection(("127.0.0.1", PORT))
                break
            except ConnectionRefusedError:
                time.sleep(0.0005)
        with client:
            client.sendall(REQUEST)
            answer = client.recv(64)
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        return 1e3 * (time.monotonic() - begin)
    finally:
        server.terminate()
        server.wait()


times = [first_answer(sys.argv[1], sys.argv[2]) for _ in range(int(sys.argv[3]) if len(sys.argv) > 3 else 9)]
print(f"median {statistics.median(times):.0f} ms of", " ".join(f"{t:.0f}" for t in times))
