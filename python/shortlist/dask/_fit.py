"""Fitting an estimator on Dask's workers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TypeVar

from shortlist._callbacks import Callback
from shortlist._estimator import Estimator
from shortlist._ranks.fitting import fit_on
from shortlist.dask._cluster import DaskCluster

Fitted = TypeVar("Fitted", bound=Estimator)


def fit(
    estimator: Fitted,
    ddf: Any,
    *,
    ranks: int = 2,
    key: str | Sequence[str] | None = None,
    storage: str | os.PathLike[str] | None = None,
    restarts: int = 3,
    callbacks: Sequence[Callback] = (),
    client: Any = None,
) -> Fitted:
    """Fit an estimator by ranks, which are tasks that are pinned to workers of Dask's cluster.

    Parameters
    ----------
    estimator : Estimator
        The model and its parameters, such as :class:`shortlist.TwoTower`. ``items`` and ``users`` may be data frames
        of Dask, and are the paths of their files afterwards. ``threads`` are the threads of a rank.
    ddf : dask.dataframe.DataFrame
        The interactions.
    ranks : int
        The number of ranks, each on a worker of its own.
    key : str or list of str, optional
        Columns that order the rows. With a key, the model is the same bit for bit for any number of ranks and
        partitions. Without one, it depends on the order in which Dask has the rows.
    storage : path, optional
        A folder that this process and all workers share: for the rows as Parquet files, for checkpoints and for the
        model. A temporary one of this machine by default, which suits local clusters alone.
    restarts : int
        How often the ranks are started again, from the last checkpoint, after one was lost.
    callbacks : list of Callback
        Called in this process. There are no calls for steps.
    client : distributed.Client, optional
        The client; the current one by default.

    Returns
    -------
    Estimator
        The estimator, fitted.

    Raises
    ------
    ConfigError, DataError
        If a setting is wrong, if the cluster has too few workers, or if the data do not fit.
    SystemError
        If a rank was lost more often than there are restarts.

    Examples
    --------
    >>> films = sl.TwoTower(query="userId", item="movieId", label="rating")
    >>> shortlist.dask.fit(films, dd.read_parquet("ratings"), ranks=4, key="row", storage="/mnt/films")
    """
    fit_on(
        DaskCluster(client),
        estimator,
        ddf,
        ranks=ranks,
        key=key,
        folder=storage,
        restarts=restarts,
        callbacks=callbacks,
    )
    return estimator
