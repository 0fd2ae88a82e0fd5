"""Recommendations for a DataFrame of Spark."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from shortlist._answers import Answers
from shortlist._engines import need
from shortlist._model import Model


def recommend(
    df: Any,
    bundle: str | os.PathLike[str] | Model,
    k: int = 10,
    *,
    columns: Sequence[str] | None = None,
    threads: int = 1,
    **options: Any,
) -> Any:
    """Recommend items for the queries of a DataFrame of Spark.

    Parameters
    ----------
    df : pyspark.sql.DataFrame
        A row for each query, with the query's columns.
    bundle : path or Model
        The folder of the model, on storage that the driver and all workers share; or a loaded model, of which only
        the folder is used.
    k : int
        The number of items for each query.
    columns : list of str, optional
        The columns of the answer; those of the query by default.
    threads : int
        The threads of each task.
    **options : object
        ``where``, ``exclude``, ``allow``, ``seen``, ``order``, ``blend`` and ``retrieve``, as for
        :meth:`Model.recommend`.

    Returns
    -------
    pyspark.sql.DataFrame
        The columns, ``recommendations`` and ``error``, as of :func:`shortlist.batch.recommend_batch`.

    Raises
    ------
    ConfigError
        If Spark is not installed, if an option is wrong, or if the table has none of the query's columns.

    Examples
    --------
    >>> answers = shortlist.spark.recommend(spark.read.parquet("users"), "/mnt/models/films", k=10)
    >>> answers.selectExpr("userId", "explode(recommendations) AS r").select("userId", "r.*")
    """
    types, from_arrow = need("pyspark.sql.types"), need("pyspark.sql.pandas.types").from_arrow_schema
    answers = Answers(bundle, df.columns, k, columns, threads, options)
    asked = df.select(*[f"`{name}`" for name in answers.columns])
    schema = types.StructType([*(asked.schema[name] for name in answers.keep), *from_arrow(answers.fields()).fields])

    def work(batches: Iterable[Any]) -> Iterator[Any]:
        yield from map(answers, batches)

    return asked.mapInArrow(work, schema)
