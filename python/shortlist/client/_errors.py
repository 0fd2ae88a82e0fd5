"""Answers that are not a success, as exceptions."""

from __future__ import annotations

import json
from collections.abc import Sequence

from shortlist._core import ConfigError, Error
from shortlist.client._types import FieldFault

# Statuses of a request that was valid but came at a bad time.
_LATER = (408, 425, 429)


class ServerError(Error):
    """A server answered that it cannot do what was asked, at least not now.

    Parameters
    ----------
    message : str
        What is wrong.
    status : int
        The HTTP status, such as 503.
    code : str
        The problem for programs, such as "busy". Empty if the answer is not from Shortlist, but from a proxy.
    errors : list of dict
        The fields at fault, each with "field" and "message".
    request_id : str
        The answer's X-Request-Id, with which the server's log names the request.
    retry_after : float or None
        Seconds after which the server asks to try again.
    """

    def __init__(
        self,
        message: str,
        status: int = 0,
        code: str = "",
        errors: Sequence[FieldFault] = (),
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.errors = list(errors)
        self.request_id = request_id
        self.retry_after = retry_after

    @property
    def field(self) -> str | None:
        """The first field at fault, such as "query.genre" or "filter.0"."""
        return self.errors[0]["field"] if self.errors else None


class RequestError(ServerError, ConfigError):
    """A server rejected a request that must be changed, such as one with an unknown field, item or key.

    Parameters
    ----------
    message : str
        What is wrong.
    status : int
        The HTTP status, such as 503.
    code : str
        The problem for programs, such as "busy". Empty if the answer is not from Shortlist, but from a proxy.
    errors : list of dict
        The fields at fault, each with "field" and "message".
    request_id : str
        The answer's X-Request-Id, with which the server's log names the request.
    retry_after : float or None
        Seconds after which the server asks to try again.
    """


def error_of(status: int, url: str, body: bytes, request_id: str, retry_after: float | None) -> ServerError:
    """The exception for an answer that is not a success."""
    kind = RequestError if 400 <= status < 500 and status not in _LATER else ServerError
    try:
        problem = json.loads(body)
        detail, code, errors = problem["detail"], problem["code"], problem.get("errors", [])
    except (ValueError, TypeError, KeyError):
        detail, code, errors = f"{url} answered with status {status}", "", []
    return kind(detail, status, code, errors, request_id, retry_after)
