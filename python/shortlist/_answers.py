"""What a job of an engine asks of each batch."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shortlist._engines import need
from shortlist._model import Model
from shortlist._tables import warn
from shortlist.batch import (
    ERROR,
    RECOMMENDATIONS,
    empty_lists,
    fingerprint,
    kept_columns,
    list_settings,
    open_bundle,
    recommend_batch,
)

if TYPE_CHECKING:
    import pyarrow as pa


class Answers:
    """What a job asks of each batch: a value that engines can pickle.

    Parameters
    ----------
    bundle : path
        The bundle's folder.
    names : list of str
        The columns of the table of queries.
    k : int
        The number of items for each query.
    keep : list of str, optional
        The columns of the answer; those of the query by default.
    threads : int
        The threads of each call.
    **options : object
        Further options of :meth:`Model.recommend`.
    """

    def __init__(
        self,
        bundle: str | os.PathLike[str] | Model,
        names: Sequence[str],
        k: int,
        keep: Sequence[str] | None,
        threads: int,
        options: Mapping[str, Any],
    ) -> None:
        self.bundle = bundle.path_ if isinstance(bundle, Model) else os.fspath(bundle)
        self.expected = fingerprint(self.bundle)
        self.k = k
        self.threads = threads
        self.options = dict(options)
        model = open_bundle(self.bundle, self.expected)
        model._need().recommend_one({}, list_settings(k, **self.options))  # checks the options
        self.keep = kept_columns(model, names, keep)
        absent = [name for name in model.query_columns_ if name not in names]
        warn(f"the queries have no column '{name}', of which the model makes use" for name in absent)
        #: The columns that a job must read.
        self.columns = [name for name in names if name in self.keep or name in model.query_columns_]

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Answer a batch."""
        model = open_bundle(self.bundle, self.expected)
        return recommend_batch(model, batch, self.k, columns=self.keep, threads=self.threads, **self.options)

    def of_table(self, table: pa.Table) -> pa.Table:
        """Answer a table."""
        arrow: Any = need("pyarrow")
        batches = [self(batch) for batch in table.to_batches() or [_empty_batch(table.schema)]]
        return arrow.Table.from_batches(batches)

    def fields(self) -> pa.Schema:
        """The columns of an answer after those of the queries."""
        arrow: Any = need("pyarrow")
        lists = empty_lists(open_bundle(self.bundle, self.expected))
        return arrow.schema([(RECOMMENDATIONS, lists.type), (ERROR, arrow.string())])


def _empty_batch(schema: pa.Schema) -> pa.RecordBatch:
    arrow: Any = need("pyarrow")
    return arrow.RecordBatch.from_arrays([arrow.array([], field.type) for field in schema], schema=schema)
