"""A client of servers that ``shortlist serve`` and :meth:`shortlist.Model.serve` start.

>>> import shortlist as sl
>>> with sl.Client("http://localhost:8080", key="sl_...") as client:
...     answer = client.recommend({"user": 7}, k=10)
...     [item["id"] for item in answer["items"]]

Answers are dicts, with the types of this module. They are made from the description of the API that a server gives
at /openapi.json, as are the methods of :class:`Client` and :class:`AsyncClient`.
"""

from shortlist.client import _types
from shortlist.client._client import AsyncClient, Client
from shortlist.client._errors import RequestError, ServerError
from shortlist.client._types import *  # noqa: F403

__all__ = ["AsyncClient", "Client", "RequestError", "ServerError"]
__all__ += _types.__all__
