"""Recommendations for batches of Arrow, as Spark, Ray and Dask pass them to their workers.

:func:`recommend_batch` is the one function behind ``shortlist.spark.recommend``, ``shortlist.ray.recommend`` and
``shortlist.dask.recommend``. It needs pyarrow.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import pathlib
import re
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from shortlist._arguments import ids, texts, whole
from shortlist._core import ConfigError, DataError
from shortlist._engines import need
from shortlist._model import Model, load
from shortlist._tables import to_table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["open_bundle", "recommend_batch"]

#: Columns that an answer has after those of the query.
RECOMMENDATIONS, ERROR = "recommendations", "error"

_open: dict[str, tuple[str, Model]] = {}
_opening = threading.Lock()
atexit.register(_open.clear)  # before the extension is unloaded


def fingerprint(bundle: str) -> str:
    """The SHA-256 of the bundle's manifest, which has those of its files."""
    try:
        return hashlib.sha256(pathlib.Path(bundle, "manifest.json").read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(
            f"{bundle}: cannot be read on {socket.gethostname()}: {error.strerror}; the bundle's folder must be on "
            "storage that the driver and all workers share"
        ) from None


def open_bundle(bundle: str | os.PathLike[str], expected: str = "") -> Model:
    """Return the model of a bundle, which a process loads once.

    Parameters
    ----------
    bundle : path
        The bundle's folder.
    expected : str
        The SHA-256 of its manifest, if only this version of the bundle will do.

    Returns
    -------
    Model
        The model. It is kept until the bundle is replaced or another one is opened.

    Raises
    ------
    DataError
        If the folder has no bundle, or if it has another version than the expected one.
    """
    path = os.fspath(bundle)
    with _opening:
        found = fingerprint(path)
        if expected and found != expected:
            raise DataError(
                f"{path}: the bundle on {socket.gethostname()} is another one than the driver's: the SHA-256 of its "
                f"manifest is {found[:12]}..., need {expected[:12]}..."
            )
        if path not in _open or _open[path][0] != found:
            _open.clear()  # a large model may not fit into memory twice
            _open[path] = (found, load(path))
        return _open[path][1]


def recommend_batch(
    model: Model,
    batch: pa.RecordBatch,
    k: int = 10,
    *,
    columns: Sequence[str] | None = None,
    where: str | Sequence[str] = (),
    exclude: Sequence[Any] = (),
    allow: Sequence[Any] | None = None,
    seen: str | None = None,
    order: str | None = None,
    blend: float | None = None,
    retrieve: int = 0,
    threads: int = 1,
) -> pa.RecordBatch:
    """Recommend items for a batch of queries, a row for each query.

    Parameters
    ----------
    model : Model
        The model.
    batch : pyarrow.RecordBatch
        The query's columns, and others, which are ignored.
    k : int
        The number of items for each query.
    columns : list of str, optional
        The columns of the batch that the answer has. By default, the columns of the query.
    where : str or list of str
        As for :meth:`Model.recommend`, like the following parameters.
    exclude, allow : list of ids
        Items to leave out, and the only items to recommend.
    seen : {"drop", "keep"}, optional
        Whether to leave out what the user has in the training rows.
    order : {"score", "predicted", "blend"}, optional
        The order of the list.
    blend : float, optional
        The share of the predicted label in ``order="blend"``.
    retrieve : int
        The number of items that retrieval hands to the ranking; 0 leaves it to the model.
    threads : int
        Engines run a task on each processor, so the default is 1. 0 uses all processors.

    Returns
    -------
    pyarrow.RecordBatch
        The columns, then ``recommendations``, a list of structs with the item's id, ``score`` and
        ``predicted_LABEL`` for each label, best first, named as in the frames of :meth:`Model.recommend`; and
        ``error``, which is missing unless the row is bad. The recommendations of a bad row are missing.

    Raises
    ------
    ConfigError
        If an option is wrong, or if the batch has none of the query's columns.
    """
    settings = list_settings(k, where, exclude, allow, seen, order, blend, retrieve)
    kept = kept_columns(model, batch.schema.names, columns)
    asked = batch.select([name for name in batch.schema.names if name in model.query_columns_])
    arrow: Any = need("pyarrow")
    arrays = [batch.column(name) for name in kept] + list(_answer(model, asked, settings, threads))
    return arrow.RecordBatch.from_arrays(arrays, names=[*kept, RECOMMENDATIONS, ERROR])


def list_settings(
    k: int,
    where: str | Sequence[str] = (),
    exclude: Sequence[Any] = (),
    allow: Sequence[Any] | None = None,
    seen: str | None = None,
    order: str | None = None,
    blend: float | None = None,
    retrieve: int = 0,
) -> dict[str, Any]:
    """The options of a list, as the engine takes them."""
    return {
        "k": whole(k, "k", 1, 2**31 - 1),
        "offset": 0,
        "where": [where] if isinstance(where, str) else texts(where, "where"),
        "exclude": ids(exclude, "exclude"),
        "allow": None if allow is None else ids(allow, "allow"),
        "seen": seen,
        "order": order,
        "blend": blend,
        "retrieve": retrieve,
    }


def kept_columns(model: Model, names: Sequence[str], columns: Sequence[str] | None) -> list[str]:
    """The columns of the answer. Raises ConfigError for a table that has none of the query's."""
    of_query = [name for name in names if name in model.query_columns_]
    if not of_query:
        raise ConfigError(
            f"the queries: have none of the query's columns ({', '.join(model.query_columns_)}); their columns are "
            f"{', '.join(names)}"
        )
    kept = of_query if columns is None else texts(columns, "columns")
    for name in kept:
        if name not in names:
            raise ConfigError(f"columns: the queries have no column '{name}'; their columns are {', '.join(names)}")
        if name in (RECOMMENDATIONS, ERROR):
            raise ConfigError(f"columns: '{name}' is a column of the answer; rename that of the queries")
    return kept


def _answer(model: Model, batch: pa.RecordBatch, settings: dict[str, Any], threads: int) -> tuple[Any, Any]:
    """The lists and the errors of a batch. A bad row is found by halving."""
    arrow: Any = need("pyarrow")
    rows = batch.num_rows
    if rows == 0:  # the engine takes no empty table
        return empty_lists(model), arrow.array([], arrow.string())
    try:
        answer = model._need().recommend(to_table(arrow.Table.from_batches([batch]), "the queries"), settings, threads)
        return _lists(model, rows, answer), arrow.nulls(rows, arrow.string())
    except DataError as error:
        if rows == 1:
            message = re.sub(r"^(the queries: )?row 1, ", "", str(error))
            return arrow.nulls(1, empty_lists(model).type), arrow.array([message], arrow.string())
    middle = rows // 2
    halves = [_answer(model, half, settings, threads) for half in (batch.slice(0, middle), batch.slice(middle))]
    return arrow.concat_arrays([half[0] for half in halves]), arrow.concat_arrays([half[1] for half in halves])


def _lists(model: Model, rows: int, answer: dict[str, Any] | None) -> Any:
    """An answer of the engine as lists of structs."""
    arrow: Any = need("pyarrow")
    engine = model._need()
    catalogue = model._catalogue()[engine.id_column]
    id_type = arrow.int64() if catalogue.dtype.kind == "i" else arrow.string()
    chosen = catalogue[[] if answer is None else answer["item"]]
    fields = {engine.id_column: arrow.array(chosen, id_type)}
    if engine.has_scores:
        fields[_free("score", fields)] = arrow.array([] if answer is None else answer["score"], arrow.float32())
    for number, label in enumerate(engine.labels):
        values = [] if answer is None else answer["predictions"][number]
        fields[_free(f"predicted_{label}", fields)] = arrow.array(values, arrow.float32())
    structs = arrow.StructArray.from_arrays(list(fields.values()), names=list(fields))
    # The rows of an answer are ordered by query. A query may have no items.
    offsets = np.searchsorted([] if answer is None else answer["query"], np.arange(rows + 1)).astype(np.int32)
    return arrow.ListArray.from_arrays(arrow.array(offsets, arrow.int32()), structs)


def empty_lists(model: Model) -> Any:
    """The lists of no query, which have the type of all."""
    return _lists(model, 0, None)


def _free(name: str, fields: Mapping[str, Any]) -> str:
    return name if name not in fields else f"item_{name}"
