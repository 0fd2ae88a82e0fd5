"""HTTP over connections that stay open between requests."""

from __future__ import annotations

import collections
import contextlib
import gzip
import http.client
import socket
import ssl
import threading
import urllib.parse
import zlib
from typing import NamedTuple

from shortlist._core import ConfigError, SystemError

# What a request gets on a connection that the server has closed since the last one.
_CLOSED = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


class Answer(NamedTuple):
    """An answer of the server, uncompressed."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Cancelled(Exception):
    """The request was cancelled."""


class Cancellation:
    """Breaks off a request from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._socket: socket.socket | None = None

    def cancel(self) -> None:
        """Break off the request: its thread stops waiting for the answer."""
        with self._lock:
            self._cancelled.set()
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def watch(self, used: socket.socket | None) -> None:
        """Name the socket on which the thread waits, or None. Raises Cancelled if the request is cancelled."""
        with self._lock:
            self._socket = used
        self.check()

    def check(self) -> None:
        """Raise Cancelled if the request is cancelled."""
        if self._cancelled.is_set():
            raise Cancelled

    def sleep(self, seconds: float) -> None:
        """Wait, and raise Cancelled as soon as the request is cancelled."""
        self._cancelled.wait(seconds)
        self.check()


class Connections:
    """The open connections to one server. Several threads may send requests at a time.

    Parameters
    ----------
    url : str
        The server's address, such as http://localhost:8080, or with a path, such as https://example.com/films.
    timeout : float
        Seconds to wait for a connection, and for each part of an answer.
    context : ssl.SSLContext or None
        For https. None verifies certificates by the system's authorities.
    """

    def __init__(self, url: str, timeout: float, context: ssl.SSLContext | None) -> None:
        self._host, self._port, self._secure, self.path = _parts(url)
        self._timeout = timeout
        self._context = context or (ssl.create_default_context() if self._secure else None)
        self._idle: collections.deque[http.client.HTTPConnection] = collections.deque()
        self.closed = False

    def send(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], cancellation: Cancellation
    ) -> Answer:
        """Send a request and wait for its answer.

        Raises
        ------
        OSError, http.client.HTTPException
            If the server cannot be reached, or if its answer ends early.
        Cancelled
            If the request is cancelled.
        """
        request = (method, self.path + target, body, headers)
        try:
            connection = self._idle.pop()
        except IndexError:
            return self._send_on(self._open(), request, cancellation)
        try:
            return self._send_on(connection, request, cancellation)
        except _CLOSED:
            return self._send_on(self._open(), request, cancellation)

    def _open(self) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)

    def _send_on(
        self,
        connection: http.client.HTTPConnection,
        request: tuple[str, str, bytes | None, dict[str, str]],
        cancellation: Cancellation,
    ) -> Answer:
        try:
            if connection.sock is None:
                connection.connect()
            cancellation.watch(connection.sock)
            connection.request(*request)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
            cancellation.watch(None)
        except BaseException:
            connection.close()
            cancellation.check()
            raise
        if response.will_close or self.closed:
            connection.close()
        else:
            self._idle.append(connection)
        return _uncompressed(answer)

    def close(self) -> None:
        """Close the connections. Requests that are under way still get their answers."""
        self.closed = True
        while self._idle:
            self._idle.pop().close()


def _parts(url: str) -> tuple[str, int | None, bool, str]:
    """Host, port, whether it is https, and the path without a slash at its end."""
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urllib.parse.urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ConfigError(f"url: '{url}' is not an address such as http://localhost:8080")
    return parts.hostname, port, parts.scheme == "https", urllib.parse.quote(parts.path.rstrip("/"), safe="/%")


def _uncompressed(answer: Answer) -> Answer:
    if answer.headers.get("Content-Encoding") != "gzip":
        return answer
    try:
        return answer._replace(body=gzip.decompress(answer.body))
    except (OSError, EOFError, zlib.error) as error:
        raise SystemError(f"the answer's compression is damaged: {error}") from error
