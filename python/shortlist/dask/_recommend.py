"""Recommendations for a data frame of Dask."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from shortlist._answers import Answers
from shortlist._engines import need
from shortlist._model import Model


def recommend(
    ddf: Any,
    bundle: str | os.PathLike[str] | Model,
    k: int = 10,
    *,
    columns: Sequence[str] | None = None,
    threads: int = 1,
    **options: Any,
) -> Any:
    """Recommend items for the queries of a data frame of Dask.

    Parameters
    ----------
    ddf : dask.dataframe.DataFrame
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
    dask.dataframe.DataFrame
        The columns, ``recommendations`` and ``error``, as of :func:`shortlist.batch.recommend_batch`. These
        two have Arrow's types.

    Raises
    ------
    ConfigError
        If Dask is not installed, if an option is wrong, or if the table has none of the query's columns.

    Examples
    --------
    >>> answers = shortlist.dask.recommend(dd.read_parquet("users"), "/mnt/models/films", k=10)
    >>> answers.to_parquet("recommended")
    """
    need("dask.dataframe")
    answers = Answers(bundle, [str(name) for name in ddf.columns], k, columns, threads, options)
    asked = ddf[answers.columns]
    frames = Frames(answers)
    return asked.map_partitions(frames, meta=frames(asked._meta))


class Frames:
    """Answers to frames of pandas.

    Parameters
    ----------
    answers : Answers
        What is asked.
    """

    def __init__(self, answers: Answers) -> None:
        self.answers = answers

    def __call__(self, frame: Any) -> Any:
        """Answer a frame. Its own columns keep their types, and the frame its index."""
        arrow, pandas = need("pyarrow"), need("pandas")
        table = self.answers.of_table(arrow.Table.from_pandas(frame, preserve_index=False))
        columns = {name: frame[name] for name in self.answers.keep}
        for name in table.column_names[len(columns) :]:
            column = table.column(name)
            array = pandas.arrays.ArrowExtensionArray(column)
            columns[name] = pandas.Series(array, index=frame.index)
        return pandas.DataFrame(columns, index=frame.index)

    def __dask_tokenize__(self) -> Any:
        answers = self.answers
        return ("shortlist", answers.expected, answers.k, answers.keep, sorted(answers.options.items()))
