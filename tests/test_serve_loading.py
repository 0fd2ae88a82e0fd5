"""A server is told to stop while it loads, and clients' mistakes do not fill its log."""

import signal
import subprocess
import time

import pytest

from serving import PROGRAM, make_bundles, serving


MANY = [f"m{i}=one" for i in range(300)]  # models that take seconds to load, one after the other


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loading")
    make_bundles(folder, {"one": 1})
    return folder


@pytest.fixture(scope="module")
def seconds_to_load(place):
    begin = time.monotonic()
    with serving(*MANY, cwd=place):
        seconds = time.monotonic() - begin
    assert seconds > 0.5
    return seconds


def loads(server):
    return sum('msg="model loaded"' in line for line in server.lines)


def test_a_stop_does_not_wait_for_the_first_load(place, seconds_to_load):
    process = subprocess.Popen([PROGRAM, "serve", *MANY, "--port", "0"], cwd=place, text=True, stderr=subprocess.PIPE)
    time.sleep(0.2 * seconds_to_load)
    process.send_signal(signal.SIGTERM)
    words = process.communicate(timeout=60)[1]
    assert process.returncode == 0 and "stopped while loading" in words and "msg=serving" not in words
    assert words.count('msg="model loaded"') < 0.9 * len(MANY)


def test_a_hangup_during_the_first_load_loads_again_afterwards(place, seconds_to_load):
    process = subprocess.Popen([PROGRAM, "serve", *MANY, "--port", "0"], cwd=place, text=True, stderr=subprocess.PIPE)
    time.sleep(0.2 * seconds_to_load)
    process.send_signal(signal.SIGHUP)
    count = 0
    for line in process.stderr:
        count += 'msg="model loaded"' in line
        if count == len(MANY) + 5:
            break
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0 and count == len(MANY) + 5


def test_requests_and_a_stop_do_not_wait_for_a_reload(place):
    with serving(*MANY, "--drain-timeout", 0.1, cwd=place) as server:
        server.process.send_signal(signal.SIGHUP)
        server.wait_for('msg="model loaded"')
        for _ in range(5):
            assert server.post("/v1/recommend", {"k": 1})[0] == 200
        assert loads(server) < len(MANY) / 2
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0
        assert loads(server) < 0.9 * len(MANY)


def test_framing_that_nobody_speaks_does_not_fill_the_log(place):
    request = b"POST /v1/recommend HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n"
    with serving("one", cwd=place) as server:
        for _ in range(50):
            with server.socket() as client:
                client.sendall(request)
                assert client.recv(1000).startswith(b"HTTP/1.1 501 ")
        assert sum("msg=\"request failed\"" in line for line in server.lines) == 1
