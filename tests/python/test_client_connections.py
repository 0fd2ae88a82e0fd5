"""The client of a server: its connections, against a server whose answers are given."""

from __future__ import annotations

import asyncio
import gzip
import http.server
import json
import socket
import threading

import pytest
import shortlist as sl


class Given(http.server.ThreadingHTTPServer):
    """Sends the given (status, headers, body), and the last one again, and records the requests."""

    daemon_threads = True

    def __init__(self, *answers: tuple[int, dict[str, str], bytes], drop_after: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), GivenHandler)
        self.answers, self.drop_after = list(answers), drop_after
        self.ports: list[int] = []  # of the clients, one for each request
        self.headers: list[dict[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Given:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class GivenHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Given

    def do_GET(self) -> None:
        self.server.ports.append(self.client_address[1])
        self.server.headers.append(dict(self.headers))
        answers = self.server.answers
        status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.server.drop_after == len(self.server.ports)  # without saying so

    def log_message(self, *_: object) -> None:
        pass


LIVE = (200, {}, b'{"status": "live"}')
BUSY_PROBLEM = json.dumps({"detail": "too many requests are waiting", "code": "busy"}).encode()
BUSY = (503, {"Retry-After": "0"}, BUSY_PROBLEM)


def test_connections_stay_open():
    with Given(LIVE) as server, sl.Client(server.url, key="sl_1") as client:
        for _ in range(3):
            client.livez()
        assert len(set(server.ports)) == 1
        assert server.headers[0]["Authorization"] == "Bearer sl_1"
        assert server.headers[0]["Accept-Encoding"] == "gzip"


def test_a_connection_that_the_server_has_closed_is_replaced():
    with Given(LIVE, drop_after=1) as server, sl.Client(server.url) as client:
        client.livez()
        assert client.livez() == {"status": "live"}
        assert len(set(server.ports)) == 2


def test_compressed_answers_are_read():
    packed = (200, {"Content-Encoding": "gzip"}, gzip.compress(LIVE[2]))
    with Given(packed, (200, {"Content-Encoding": "gzip"}, b"no gzip")) as server, sl.Client(server.url) as client:
        assert client.livez() == {"status": "live"}
        with pytest.raises(sl.SystemError, match="compression is damaged"):
            client.livez()


def test_a_busy_server_is_asked_again():
    with Given(BUSY, BUSY, LIVE) as server, sl.Client(server.url) as client:
        assert client.livez() == {"status": "live"}
        assert len(server.ports) == 3


def answered_by(version):
    return (200, {"X-Model-Version": version}, b"{}")


def test_a_client_that_keeps_its_version_names_the_newest():
    answers = [answered_by(version) for version in ("9-00000000000a", "10-00000000000b", "9-00000000000a")]
    with Given(*answers, LIVE) as server, sl.Client(server.url, keep_version=True) as client:
        for _ in range(4):
            client.get_features()
        named = [headers.get("X-Min-Version") for headers in server.headers]
        assert named == [None, "9-00000000000a", "10-00000000000b", "10-00000000000b"]
    with Given(*answers) as server, sl.Client(server.url) as client:
        for _ in range(3):
            client.get_features()
        assert not any("X-Min-Version" in headers for headers in server.headers)


def test_a_server_with_an_older_model_is_asked_again():
    older = (503, {"Retry-After": "0"}, json.dumps({"detail": "older", "code": "older_version"}).encode())
    with Given(answered_by("2-00000000000a"), older, answered_by("2-00000000000a")) as server:
        with sl.Client(server.url, keep_version=True) as client:
            client.get_features()
            client.get_features()
        assert len(server.ports) == 3


@pytest.mark.parametrize("headers, attempts", [({"Retry-After": "0"}, 3), ({"Retry-After": "60"}, 1), ({}, 1)])
def test_a_server_that_stays_busy_is_an_error(headers, attempts):
    with Given((503, headers, BUSY_PROBLEM)) as server, sl.Client(server.url) as client:
        with pytest.raises(sl.ServerError, match="too many requests are waiting") as caught:
            client.livez()
        assert not isinstance(caught.value, sl.ConfigError)
        assert (caught.value.status, caught.value.code) == (503, "busy")
        assert len(server.ports) == attempts


def test_an_answer_of_another_server_is_an_error():
    page = (502, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>")
    with (
        Given(page, (200, {"Content-Type": "text/html"}, b"<h1>Hello</h1>")) as server,
        sl.Client(server.url) as client,
    ):
        with pytest.raises(sl.ServerError, match=f"{server.url}/livez answered with status 502"):
            client.livez()
        with pytest.raises(sl.ServerError, match="text/html, which is not JSON"):
            client.livez()


def test_an_answer_that_breaks_off_is_an_error():
    with Given((200, {"Content-Length": "100"}, b"{}"), drop_after=1) as server, sl.Client(server.url) as client:
        with pytest.raises(sl.SystemError, match="broke off its answer"):
            client.livez()


def test_a_server_that_does_not_answer_in_time_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with sl.Client(url, timeout=0.2) as client, pytest.raises(sl.SystemError, match="did not answer within 0.2 s"):
            client.livez()


def test_a_cancelled_async_request_frees_its_thread():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"

        async def ask() -> None:
            async with sl.AsyncClient(url, timeout=60, connections=1) as client:
                for _ in range(3):  # each needs the only thread
                    with pytest.raises(asyncio.TimeoutError):
                        await asyncio.wait_for(client.livez(), 0.2)
                    connection, _ = silent.accept()
                    connection.settimeout(20)
                    while connection.recv(1000):  # until the client closes it
                        pass
                    connection.close()

        asyncio.run(ask())


def test_a_cancelled_async_request_does_not_wait_for_a_busy_server():
    with Given((503, {"Retry-After": "50"}, BUSY_PROBLEM)) as server:

        async def ask() -> None:
            async with sl.AsyncClient(server.url, timeout=60, connections=1) as client:
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(client.livez(), 0.3)
                server.answers = [LIVE]
                await asyncio.wait_for(client.livez(), 20)

        asyncio.run(ask())
