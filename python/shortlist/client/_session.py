"""Requests to a server and what they return or raise, for the sync and the async client."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import urllib.parse
from collections.abc import Mapping
from typing import Any

from shortlist._core import ConfigError, SystemError
from shortlist.client._errors import ServerError, error_of
from shortlist.client._http import Answer, Cancellation, Connections


def segment(text: str | int) -> str:
    """A text as one segment of a path."""
    return urllib.parse.quote(str(text), safe="")


class Session:
    """Calls the operations of a server. Several threads may use it at a time."""

    def __init__(
        self,
        url: str,
        key: str | None,
        model: str | None,
        timeout: float,
        retries: int,
        context: ssl.SSLContext | None,
        keep_version: bool = False,
    ) -> None:
        if not isinstance(url, str):
            raise TypeError(f"url: {type(url).__name__} is not a text")
        if not 0 < timeout < float("inf"):
            raise ConfigError(f"timeout: {timeout} is not a number of seconds above 0")
        if retries < 0:
            raise ConfigError(f"retries: {retries} is below 0")
        self.url = url.rstrip("/")
        self._base = "/v1" if model is None else f"/v1/models/{segment(model)}"
        self._timeout = timeout
        self._retries = retries
        self._headers = {"Accept-Encoding": "gzip", "User-Agent": "shortlist-python"}
        if key is not None:
            if not key or not all("!" <= letter <= "~" for letter in key):
                raise ConfigError("key: a key consists of visible ASCII characters")
            self._headers["Authorization"] = f"Bearer {key}"
        self._keep_version = keep_version
        self._version: tuple[int, str] | None = None  # the release of the newest answer, and its X-Model-Version
        self._version_lock = threading.Lock()
        self._connections = Connections(self.url, timeout, context)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        statuses: tuple[int, ...] = (200,),
        cancellation: Cancellation | None = None,
    ) -> Any:
        """Send a request, and again if the server asks for it.

        Parameters
        ----------
        method, path : str
            A path without a slash at its beginning is one of the client's model.
        query, body : mapping
            Arguments. Those that are None are left out.
        statuses : tuple of int
            Those of an answer; others are errors.
        cancellation : Cancellation, optional
            Breaks off the request from another thread.
        """
        self.check_open()
        cancellation = cancellation or Cancellation()
        target = path if path.startswith("/") else f"{self._base}/{path}"
        if query is not None:
            given = {name: value for name, value in query.items() if value is not None}
            target += f"?{urllib.parse.urlencode(given, doseq=True)}" if given else ""
        content = None if body is None else _written({name: value for name, value in body.items() if value is not None})
        for attempt in range(self._retries + 1):
            answer = self._send(method, target, content, cancellation)
            if answer.status in statuses:
                self._note_version(answer)
                return self._read(answer)
            error = self._error(answer, target)
            if attempt == self._retries or not self._worth_waiting(error):
                raise error
            cancellation.sleep(error.retry_after or 0)
        raise AssertionError("a loop without an attempt")

    def check_open(self) -> None:
        """Raise ConfigError after :meth:`close`."""
        if self._connections.closed:
            raise ConfigError("the client is closed")

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def _send(self, method: str, target: str, content: bytes | None, cancellation: Cancellation) -> Answer:
        headers = self._headers if content is None else {**self._headers, "Content-Type": "application/json"}
        if self._version is not None:
            headers = {**headers, "X-Min-Version": self._version[1]}
        try:
            return self._connections.send(method, target, content, headers, cancellation)
        except TimeoutError as error:
            raise SystemError(f"{self.url} did not answer within {self._timeout:g} s") from error
        except SystemError:
            raise
        except (OSError, UnicodeError) as error:  # UnicodeError: the host is no name of the Internet
            raise SystemError(f"{self.url} cannot be reached: {getattr(error, 'strerror', None) or error}") from error
        except http.client.HTTPException as error:
            raise SystemError(f"{self.url} broke off its answer: {error!r}") from error

    def _note_version(self, answer: Answer) -> None:
        version = answer.headers.get("X-Model-Version") if self._keep_version else None
        if version is None:
            return
        release = int(version.partition("-")[0])
        with self._version_lock:
            if self._version is None or release >= self._version[0]:
                self._version = release, version

    def _read(self, answer: Answer) -> Any:
        kind = answer.headers.get_content_type()
        if kind == "text/plain":
            return answer.body.decode()
        try:
            return json.loads(answer.body)
        except ValueError as error:
            message = f"{self.url} answered with {kind}, which is not JSON: it may not be a Shortlist server"
            raise ServerError(message, answer.status) from error

    def _error(self, answer: Answer, target: str) -> ServerError:
        after = answer.headers.get("Retry-After", "")
        seconds = float(after) if after.isdecimal() else None
        return error_of(answer.status, self.url + target, answer.body, answer.headers.get("X-Request-Id", ""), seconds)

    def _worth_waiting(self, error: ServerError) -> bool:
        return error.status == 503 and error.retry_after is not None and error.retry_after <= self._timeout


def _written(body: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(body, allow_nan=False, default=_plain).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise ConfigError(f"the request cannot be written as JSON (a missing value is None): {error}") from error


def _plain(value: Any) -> Any:
    """NumPy's scalars and arrays, pandas' series, and times as what JSON has."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not a value of JSON")
