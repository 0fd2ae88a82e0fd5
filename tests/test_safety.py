"""What a server does with clients that ask too much, too slowly, or not in the way they should."""

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import threading
import time

import pytest
from serving import make_bundles, run, serving

POST = b"POST /v1/recommend HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("safety")
    make_bundles(folder, {"one": 1})
    return folder


def closed_after(client, seconds):
    """Reads until the server closes; seconds that it took."""
    client.settimeout(seconds)
    begin = time.monotonic()
    with contextlib.suppress(ConnectionError):
        while client.recv(65536):
            pass
    return time.monotonic() - begin


class Dribblers:
    """Clients that each send a byte of the request again and again, a header's or a body's, and never come to an end."""

    def __init__(self, server, count, begin=b""):
        self.sockets = [server.socket() for _ in range(count)]
        for client in self.sockets:
            client.sendall(begin)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.dribble)

    def dribble(self):
        while not self.stop.wait(0.05):
            for client in self.sockets:
                with contextlib.suppress(OSError):
                    client.send(b"x")

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        for client in self.sockets:
            client.close()


def slowest_answer(server, requests=40):
    """Seconds of the slowest of some requests, half of them over new connections."""
    connection, slowest = server.connect(), 0
    for i in range(requests):
        begin = time.monotonic()
        status, _, answer = server.post("/v1/recommend", {"k": 5}, connection=connection if i % 2 else None)
        assert status == 200 and len(answer["items"]) == 5
        slowest = max(slowest, time.monotonic() - begin)
    return slowest


def test_dribbling_and_half_open_clients_do_not_hold_up_others(place):
    with serving("one", "--threads", 1, cwd=place) as server:
        silent = [server.socket() for _ in range(100)]
        with (
            Dribblers(server, 150, b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: "),
            Dribblers(server, 150, POST + b"Content-Length: 100000\r\n\r\n"),
        ):
            assert slowest_answer(server) < 1
        for client in silent:
            client.close()


def test_more_clients_than_connections_do_not_keep_others_out(place):
    with serving("one", "--max-connections", 20, "--threads", 1, cwd=place) as server:
        with Dribblers(server, 100, b"GET /"):
            assert slowest_answer(server) < 1
        rejected = re.search(r'shortlist_rejected_total\{reason="connections"\} (\d+)', server.ask("GET", "/metrics")[2])
        assert int(rejected.group(1)) >= 80


def test_no_more_connections_are_open_than_may_be(place):
    with serving("one", "--max-connections", 20, "--threads", 4, cwd=place) as server:
        clients = [server.socket() for _ in range(300)]
        connection, end = server.connect(), time.monotonic() + 10
        while True:  # until the last ones have been let in
            count = int(re.search(r"shortlist_connections (\d+)", server.ask("GET", "/metrics", connection=connection)[2]).group(1))
            if count < 30 or time.monotonic() > end:
                break
        assert 1 <= count < 30
        for client in clients:
            client.close()


@pytest.mark.parametrize("begin", [b"GET /", POST + b"Content-Length: 100000\r\n\r\n"])
def test_a_byte_now_and_then_buys_no_time(place, begin):
    with serving("one", "--header-timeout", 0.5, "--body-timeout", 0.5, cwd=place) as server:
        with Dribblers(server, 5, begin) as dribblers:
            for client in dribblers.sockets:
                assert closed_after(client, 10) < 3


def test_a_client_that_reads_no_answer_is_let_go(place):
    with serving("one", "--write-timeout", 0.5, "--threads", 1, cwd=place) as server:
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", server.port))
        deaf.settimeout(10)
        begin = time.monotonic()
        with pytest.raises(ConnectionError):
            while True:  # until the server neither reads nor writes, and then ends the connection
                deaf.sendall(b"GET /v1/map HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
        assert time.monotonic() - begin < 8
        assert slowest_answer(server, 4) < 1


def test_limits_hold_to_the_byte_and_the_entry(place):
    flags = {"max-body-bytes": 300, "max-header-bytes": 1000, "max-k": 12, "max-retrieve": 15, "max-batch": 2, "max-list": 4}
    with serving("one", *(word for name, value in flags.items() for word in (f"--{name}", value)), cwd=place) as server:

        def status(path, body):
            code, _, answer = server.post(path, body)
            return (code, answer["errors"][0]["field"]) if code == 422 else code

        def padded(size):
            return "{}" + " " * (size - 2)

        assert status("/v1/recommend", padded(300)) == 200
        assert status("/v1/recommend", padded(301)) == 413
        connection = server.connect()
        chunks = (padded(300).encode(), b" ")
        connection.request("POST", "/v1/recommend", iter(chunks), {"Content-Type": "application/json"}, encode_chunked=True)
        assert connection.getresponse().status == 413
        assert server.ask("GET", "/livez", headers={"X-Long": "x" * 800})[0] == 200
        assert server.ask("GET", "/livez", headers={"X-Long": "x" * 1000})[0] == 431
        assert server.ask("GET", "/livez?" + "x" * 1000)[0] == 431
        assert server.ask("GET", "/livez", headers={f"X-{i}": "x" for i in range(200)})[0] == 431
        assert status("/v1/recommend", {"k": 12}) == 200
        assert status("/v1/recommend", {"k": 13}) == (422, "k")
        assert status("/v1/similar", {"id": "x", "k": 13}) == (422, "k")
        assert status("/v1/recommend", {"k": 3, "retrieve": 15}) == 200
        assert status("/v1/recommend", {"k": 3, "retrieve": 16}) == (422, "retrieve")
        assert status("/v1/recommend/batch", {"queries": [{}] * 2}) == 200
        assert status("/v1/recommend/batch", {"queries": [{}] * 3}) == (422, "queries")
        assert status("/v1/predict/batch", {"pairs": [{"item": {}}] * 3}) == (422, "pairs")
        assert status("/v1/similar/batch", {"ids": ["x"] * 3}) == (422, "ids")
        assert status("/v1/models/one:predict", {"instances": [{}] * 3}) == 400
        tensor = {"name": "country", "shape": [3], "datatype": "BYTES", "data": ["x"] * 3}
        assert status("/v2/models/one/infer", {"inputs": [tensor]}) == 400
        for name in ("allow", "exclude"):
            assert status("/v1/recommend", {name: ["x"] * 4}) == 200
            assert status("/v1/recommend", {name: ["x"] * 5}) == (422, name)


def test_long_requests_wait_in_a_queue_that_ends(place):
    with serving("one", "--max-waiting", 0, cwd=place) as server:
        code, headers, problem = server.post("/v1/recommend/batch", {"queries": [{}]})
        assert code == 503 and problem["code"] == "busy" and int(headers["Retry-After"]) >= 1
        assert server.ask("GET", "/v1/models")[0] == 200


def test_each_key_has_its_own_rate(place, tmp_path):
    keys = [run("key", name, "--keys", tmp_path / "keys").stdout.strip() for name in ("first", "second")]
    with serving("one", "--keys", tmp_path / "keys", "--rate", 0.001, "--burst", 2, cwd=place) as server:

        def ask(key):
            return server.post("/v1/recommend", {"k": 1}, headers={"X-API-Key": key})

        assert [ask(keys[0])[0] for _ in range(3)] == [200, 200, 429]
        code, headers, problem = ask(keys[0])
        assert code == 429 and problem["code"] == "too_many_requests" and int(headers["Retry-After"]) > 900
        assert ask(keys[1])[0] == 200
        # Guesses at keys are held to the address's rate.
        assert [ask("guess")[0] for _ in range(3)] == [401, 401, 429]


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.1"])
def test_a_public_address_wants_keys_or_a_word(place, address):
    error = run("serve", "one", "--address", address, cwd=place, code=2).stderr
    assert "set --keys FILE" in error and "--without-keys" in error


def make_certificate(folder, name):
    """NAME.pem with its key NAME.key, for localhost."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj", f"/CN={name}",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"],
        check=True, capture_output=True,
    )  # fmt: skip


def s_client(port, *flags):
    return subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *flags], input="", text=True, capture_output=True, timeout=20
    )


def test_openssls_client_is_content(place, tmp_path):
    make_certificate(tmp_path, "own")
    make_certificate(tmp_path, "other")
    with serving("one", "--tls-certificate", tmp_path / "own.pem", "--tls-key", tmp_path / "own.key", cwd=place) as server:
        for version, name in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
            done = s_client(server.port, version, "-CAfile", tmp_path / "own.pem", "-verify_return_error", "-verify_hostname", "localhost")
            assert done.returncode == 0 and "Verify return code: 0 (ok)" in done.stdout, done.stderr
            assert f"{name}, Cipher is" in done.stdout and "Cipher is (NONE)" not in done.stdout
        for version in ("-tls1", "-tls1_1"):
            done = s_client(server.port, version, "-cipher", "ALL:@SECLEVEL=0")
            assert done.returncode != 0 and "Cipher is (NONE)" in done.stdout
        weak = s_client(server.port, "-tls1_2", "-cipher", "NULL:eNULL:aNULL:RC4:3DES:MD5:@SECLEVEL=0")
        assert "Cipher is (NONE)" in weak.stdout
        # Who trusts another certificate is not taken in.
        done = s_client(server.port, "-CAfile", tmp_path / "other.pem", "-verify_return_error")
        assert done.returncode != 0 and "self-signed certificate" in done.stderr
        # Clients that never end their handshake do not hold up others.
        silent = [server.socket() for _ in range(50)]
        context = http.client.ssl.create_default_context(cafile=tmp_path / "own.pem")
        begin = time.monotonic()
        connection = http.client.HTTPSConnection("localhost", server.port, context=context, timeout=20)
        connection.request("POST", "/v1/recommend", json.dumps({"k": 1}), {"Content-Type": "application/json"})
        assert connection.getresponse().status == 200 and time.monotonic() - begin < 2
        for client in silent:
            client.close()
        # A renegotiation is refused, so that nobody can ask for handshakes without end.
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_2"], input="R\n", text=True, capture_output=True, timeout=20)
        assert "no renegotiation" in done.stderr, done.stderr
        # A new certificate that fails leaves the old one; one that is whole takes its place.
        (tmp_path / "kept").write_bytes((tmp_path / "own.pem").read_bytes())
        (tmp_path / "own.pem").write_bytes((tmp_path / "other.pem").read_bytes())
        server.process.send_signal(signal.SIGHUP)
        assert "own.key: key values mismatch" in server.wait_for("certificate not loaded; the old one is kept")
        assert "CN = own" in s_client(server.port, "-CAfile", tmp_path / "kept").stdout
        (tmp_path / "own.key").write_bytes((tmp_path / "other.key").read_bytes())
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("certificate loaded")
        assert "CN = other" in s_client(server.port, "-CAfile", tmp_path / "other.pem").stdout


def test_a_certificate_that_is_none_ends_the_start(place, tmp_path):
    make_certificate(tmp_path, "own")
    make_certificate(tmp_path, "other")
    (tmp_path / "empty.pem").write_text("")

    def error(certificate, key):
        return run("serve", "one", "--tls-certificate", tmp_path / certificate, "--tls-key", tmp_path / key, "--port", 0, cwd=place, code=3).stderr

    assert "need a PEM certificate" in error("empty.pem", "own.key")
    assert "need a PEM certificate" in error("none.pem", "own.key")
    assert "other.key: key values mismatch" in error("own.pem", "other.key")
