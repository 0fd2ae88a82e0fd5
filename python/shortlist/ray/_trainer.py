"""A trainer in the manner of Ray Train."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shortlist._callbacks import Callback
from shortlist._core import ConfigError
from shortlist._estimator import Estimator
from shortlist._model import Model
from shortlist._ranks.fitting import fit_on
from shortlist.ray._cluster import RayCluster


@dataclass(frozen=True)
class Result:
    """What a training returns.

    Parameters
    ----------
    model : Model
        The model.
    path : str
        Its folder.
    metrics : dict
        The last epoch's metrics of the validation rows, or of the training rows if there are none.
    lost : list of str
        How attempts ended that lost a rank.
    """

    model: Model
    path: str
    metrics: Mapping[str, float]
    lost: Sequence[str]


class Trainer:
    """Trains an estimator by ranks, which are actors in a placement group of Ray's cluster.

    Parameters
    ----------
    estimator : Estimator
        The model and its parameters, such as :class:`shortlist.TwoTower`. ``threads`` are the processors of a rank.
    datasets : dict
        ``{"train": dataset}``. ``items`` and ``users`` may be datasets, too, or parameters of the estimator.
    ranks : int
        The number of ranks.
    key : str or list of str, optional
        Columns that order the rows. With a key, the model is the same bit for bit for any number of ranks and
        blocks. Without one, it depends on the order in which Ray has the rows.
    storage : path, optional
        A folder that this process and all nodes share: for the rows as Parquet files, for checkpoints and for the
        model. A temporary one of this machine by default, which suits local clusters alone.
    restarts : int
        How often the ranks are started again, from the last checkpoint, after one was lost.
    callbacks : list of Callback
        Called in this process. There are no calls for steps.

    Examples
    --------
    >>> films = sl.TwoTower(query="userId", item="movieId", label="rating")
    >>> trainer = shortlist.ray.Trainer(films, {"train": ray.data.read_parquet("ratings")}, ranks=4, key="row")
    >>> trainer.fit().model.recommend([1, 2, 3])
    """

    def __init__(
        self,
        estimator: Estimator,
        datasets: Mapping[str, Any],
        *,
        ranks: int = 2,
        key: str | Sequence[str] | None = None,
        storage: str | os.PathLike[str] | None = None,
        restarts: int = 3,
        callbacks: Sequence[Callback] = (),
    ) -> None:
        unknown = set(datasets) - {"train", "items", "users"}
        if "train" not in datasets or unknown:
            raise ConfigError(f"datasets: got {', '.join(sorted(datasets))}; need train, and perhaps items and users")
        self.estimator = estimator
        self.datasets = dict(datasets)
        self.ranks = ranks
        self.key = key
        self.storage = storage
        self.restarts = restarts
        self.callbacks = list(callbacks)
        self._command: tuple[str, ...] = ()  # in place of the program, in tests

    def fit(self) -> Result:
        """Train.

        Returns
        -------
        Result
            The model and its metrics.

        Raises
        ------
        ConfigError, DataError
            If a setting is wrong, if the cluster has too few processors, or if the data do not fit.
        SystemError
            If a rank was lost more often than there are restarts.
        """
        sides = {name: table for name, table in self.datasets.items() if name != "train"}
        estimator = type(self.estimator)(**{**self.estimator.get_params(), **sides})
        threads = max(1, int(estimator.get_params().get("threads") or 1))
        driver = fit_on(
            RayCluster(threads),
            estimator,
            self.datasets["train"],
            ranks=self.ranks,
            key=self.key,
            folder=self.storage,
            restarts=self.restarts,
            callbacks=self.callbacks,
            command=self._command,
        )
        epochs = estimator.history_
        metrics = (epochs[-1]["validation"] or epochs[-1]["train"]) if epochs else {}
        return Result(estimator, estimator.path_, metrics, driver.lost)
