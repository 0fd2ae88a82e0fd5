"""Recommendations for a dataset of Ray."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from shortlist._answers import Answers
from shortlist._engines import need
from shortlist._model import Model


def recommend(
    dataset: Any,
    bundle: str | os.PathLike[str] | Model,
    k: int = 10,
    *,
    columns: Sequence[str] | None = None,
    threads: int = 1,
    batch_size: int = 4096,
    **options: Any,
) -> Any:
    """Recommend items for the queries of a dataset of Ray.

    Parameters
    ----------
    dataset : ray.data.Dataset
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
    batch_size : int
        The most queries of a batch.
    **options : object
        ``where``, ``exclude``, ``allow``, ``seen``, ``order``, ``blend`` and ``retrieve``, as for
        :meth:`Model.recommend`.

    Returns
    -------
    ray.data.Dataset
        The columns, ``recommendations`` and ``error``, as of :func:`shortlist.batch.recommend_batch`.

    Raises
    ------
    ConfigError
        If Ray is not installed, if an option is wrong, or if the dataset has none of the query's columns.

    Examples
    --------
    >>> answers = shortlist.ray.recommend(ray.data.read_parquet("users"), "/mnt/models/films", k=10)
    >>> answers.write_parquet("recommended")
    """
    need("ray.data")
    names = list(dataset.schema().names)
    answers = Answers(bundle, names, k, columns, threads, options)
    asked = dataset.select_columns(answers.columns)
    return asked.map_batches(answers.of_table, batch_format="pyarrow", batch_size=batch_size, num_cpus=threads)
