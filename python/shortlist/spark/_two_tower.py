"""An estimator of pyspark.ml."""

from __future__ import annotations

import inspect
import os
from collections.abc import Sequence
from typing import Any

from shortlist._callbacks import Callback
from shortlist._core import ConfigError
from shortlist._engines import need
from shortlist._estimators import TwoTower as OneProcess
from shortlist._model import Model
from shortlist._ranks.fitting import fit_on
from shortlist._report import Report
from shortlist.spark._cluster import SparkCluster
from shortlist.spark._recommend import recommend

_ml: Any = need("pyspark.ml")
_param: Any = need("pyspark.ml.param")
_PARAMETERS = list(inspect.signature(OneProcess.__init__).parameters)[1:]
_OF_RANKS = ("ranks", "key", "storage", "restarts")


class TwoTower(_ml.Estimator):  # type: ignore[misc]
    """The two-tower model as an Estimator of pyspark.ml, trained by ranks on Spark's executors.

    Parameters
    ----------
    query, item, label : object, optional
        As for :class:`shortlist.TwoTower`.
    ranks : int
        The number of ranks. Each is a task of a barrier stage, and a process with ``threads`` threads.
    key : str or list of str, optional
        Columns that order the rows. With a key, the model is the same bit for bit for any number of ranks and
        partitions. Without one, it depends on the order in which Spark has the rows.
    storage : path, optional
        A folder that the driver and all executors share: for the rows as Parquet files, for checkpoints and for the
        model. A temporary one of this machine by default, which suits local clusters alone.
    restarts : int
        How often the ranks are started again, from the last checkpoint, after one was lost.
    callbacks : list of Callback
        Called on the driver. There are no calls for steps.
    **parameters : object
        Further parameters of :class:`shortlist.TwoTower`, each of which is a Param by the same name. ``items`` and
        ``users`` may be DataFrames of Spark.

    Examples
    --------
    >>> estimator = shortlist.spark.TwoTower("userId", "movieId", "rating", ranks=4, key="row", storage="/mnt/films")
    >>> model = estimator.fit(spark.read.parquet("ratings"))
    >>> model.transform(users).select("userId", "recommendations")
    """

    def __init__(
        self,
        query: Any = None,
        item: Any = None,
        label: str | None = None,
        *,
        ranks: int = 2,
        key: str | Sequence[str] | None = None,
        storage: str | os.PathLike[str] | None = None,
        restarts: int = 3,
        callbacks: Sequence[Callback] = (),
        **parameters: Any,
    ) -> None:
        super().__init__()
        unknown = [name for name in parameters if name not in _PARAMETERS]
        if unknown:
            raise ConfigError(f"TwoTower has no parameter '{unknown[0]}'; it has {', '.join([*_PARAMETERS, *_OF_RANKS])}")
        self.callbacks = list(callbacks)
        given = {**parameters, "query": query, "item": item, "label": label}
        given.update(ranks=ranks, key=key, storage=None if storage is None else os.fspath(storage), restarts=restarts)
        for name in (*_PARAMETERS, *_OF_RANKS):
            setattr(self, name, _param.Param(self, name, f"{name} of shortlist.TwoTower, or of its ranks"))
        self._paramMap = {self.getParam(name): value for name, value in given.items() if value is not None}
        self._command: tuple[str, ...] = ()  # in place of the program, in tests

    def _value(self, name: str) -> Any:
        return self.getOrDefault(name) if self.isDefined(name) else None

    def _fit(self, dataset: Any) -> TwoTowerModel:
        defined = {name: self._value(name) for name in _PARAMETERS if self.isDefined(name)}
        estimator = OneProcess(**defined)
        driver = fit_on(
            SparkCluster(dataset.sparkSession),
            estimator,
            dataset,
            ranks=self._value("ranks"),
            key=self._value("key"),
            folder=self._value("storage"),
            restarts=self._value("restarts"),
            callbacks=self.callbacks,
            command=self._command,
        )
        return TwoTowerModel(estimator, driver.lost)


class TwoTowerModel(_ml.Model):  # type: ignore[misc]
    """A fitted model as a Model of pyspark.ml.

    Parameters
    ----------
    model : shortlist.Model
        The model, which has all methods of a model that was fitted without Spark.
    lost : list of str
        How attempts ended that lost a rank.
    """

    def __init__(self, model: Model, lost: Sequence[str] = ()) -> None:
        super().__init__()
        self.model = model
        self.lost = list(lost)
        self.k = _param.Param(self, "k", "the number of items for each query")
        self._setDefault(k=10)

    @property
    def report(self) -> Report:
        """The evaluation at the end of training, beside simple baselines."""
        return self.model.report

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Save the model to a folder, which :func:`shortlist.load` reads.

        Parameters
        ----------
        path : path
            The folder.
        overwrite : bool
            Whether to replace a folder that exists.
        """
        self.model.save(path, overwrite=overwrite)

    def _transform(self, dataset: Any) -> Any:
        """All columns of the queries, with ``recommendations`` and ``error``."""
        return recommend(dataset, self.model, self.getOrDefault("k"), columns=dataset.columns)
