"""The sync and the async client."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from shortlist._core import ConfigError
from shortlist.client._http import Cancellation
from shortlist.client._operations import AsyncOperations, Operations
from shortlist.client._session import Session


class Client(Operations):
    """A client of a server. Threads may share one; connections stay open between requests.

    Parameters
    ----------
    url : str
        The server's address, such as http://localhost:8080. Proxies of the environment are not used.
    key : str, optional
        An API key, sent as a bearer token.
    model : str, optional
        Name of the model that answers. The default is the server's first.
    timeout : float
        Seconds to wait for a connection, and for each part of an answer.
    retries : int
        How often to try again when the server is busy (503) and says when to (Retry-After), if that is within
        ``timeout``.
    context : ssl.SSLContext, optional
        For https, if certificates are not to be verified by the system's authorities.
    keep_version : bool
        Never accept an answer of an older model than the last one's, if several servers answer behind a balancer: each
        request names the version of the newest answer so far. A server with an older model counts as busy.

    Raises
    ------
    RequestError
        If the server rejects a request. It is a :class:`shortlist.ConfigError`.
    ServerError
        If the server fails, is busy or limits its clients.
    shortlist.SystemError
        If the server cannot be reached or does not answer in time.

    Examples
    --------
    >>> with Client("http://localhost:8080") as client:
    ...     client.similar("Heat (1995)", k=5)["items"]
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        model: str | None = None,
        timeout: float = 30.0,
        retries: int = 2,
        context: ssl.SSLContext | None = None,
        keep_version: bool = False,
    ) -> None:
        self._session = Session(url, key, model, timeout, retries, context, keep_version)

    @property
    def url(self) -> str:
        """The server's address."""
        return self._session.url

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        statuses: tuple[int, ...] = (200,),
    ) -> Any:
        return self._session.call(method, path, query=query, body=body, statuses=statuses)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.url!r})"


class AsyncClient(AsyncOperations):
    """A client of a server for asyncio. Its methods are those of :class:`Client`, to be awaited.

    It sends requests in threads of its own, so it needs no other package. A request whose task is cancelled is broken
    off, and its connection is closed.

    Parameters
    ----------
    url : str
        As for :class:`Client`, like all of these.
    key, model : str, optional
        The key, and the name of the model.
    timeout : float
        Seconds.
    retries : int
        How often a busy server is asked again.
    context : ssl.SSLContext, optional
        The certificates.
    keep_version : bool
        Whether no answer may be that of an older model.
    connections : int
        Maximum number of requests at a time, each on a connection and in a thread of its own. Others wait.

    Examples
    --------
    >>> async with AsyncClient("http://localhost:8080") as client:
    ...     answers = await asyncio.gather(*(client.recommend({"user": user}) for user in range(64)))
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        model: str | None = None,
        timeout: float = 30.0,
        retries: int = 2,
        context: ssl.SSLContext | None = None,
        keep_version: bool = False,
        connections: int = 32,
    ) -> None:
        if connections < 1:
            raise ConfigError(f"connections: {connections} is below 1")
        self._session = Session(url, key, model, timeout, retries, context, keep_version)
        self._threads = concurrent.futures.ThreadPoolExecutor(connections, thread_name_prefix="shortlist")

    @property
    def url(self) -> str:
        """The server's address."""
        return self._session.url

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        statuses: tuple[int, ...] = (200,),
    ) -> Any:
        self._session.check_open()
        cancellation = Cancellation()
        call = functools.partial(
            self._session.call, method, path, query=query, body=body, statuses=statuses, cancellation=cancellation
        )
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except asyncio.CancelledError:
            cancellation.cancel()
            raise

    async def close(self) -> None:
        """Close the connections."""
        self._session.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncClient({self.url!r})"
