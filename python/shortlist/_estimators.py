"""Estimators: models as scikit-learn has them."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from shortlist import _core
from shortlist._arguments import shown
from shortlist._callbacks import Callback
from shortlist._config import draft_config, merge, settings_of
from shortlist._core import ConfigError
from shortlist._model import Model, own_folder
from shortlist._settings import MOST_LEVELS, Settings, plain
from shortlist._tables import kind_of
from shortlist._training import fit_model

Self = TypeVar("Self", bound="Estimator")


class Estimator(Model):
    """A model with parameters that :meth:`fit` trains.

    Follows scikit-learn's conventions: ``get_params``, ``set_params``, ``clone``, pickling, ``GridSearchCV``.
    """

    @classmethod
    def _parameter_names(cls) -> list[str]:
        names = list(inspect.signature(cls.__init__).parameters)
        return names[1:]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name.

        Parameters
        ----------
        deep : bool
            Of no effect: parameters are not estimators.

        Returns
        -------
        dict
            The value of each parameter.
        """
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self: Self, **parameters: Any) -> Self:
        """Set parameters by name.

        Parameters
        ----------
        **parameters : object
            The new values. ``features__genres__dim`` sets a key within a parameter.

        Returns
        -------
        self
            This estimator.
        """
        for name, value in parameters.items():
            first, _, rest = name.partition("__")
            if first not in self._parameter_names():
                near = _core.nearest(first, self._parameter_names())
                hint = f"; did you mean '{near}'?" if near else ""
                raise ConfigError(f"{type(self).__name__} has no parameter '{first}'{hint}")
            if rest:
                changed: dict[str, Any] = plain(getattr(self, first) or {})
                inner = changed
                *path, last = rest.split("__")
                for key in path:
                    inner[key] = dict(inner.get(key) or {})
                    inner = inner[key]
                inner[last] = value
                value = changed
            setattr(self, first, value)
        return self

    def _settings(self, data: Any) -> dict[str, Any]:
        """The config of these parameters for a table."""
        raise NotImplementedError

    def fit(
        self: Self,
        X: Any,
        y: Any = None,
        *,
        callbacks: Sequence[Callback] = (),
        resume: bool = False,
        overwrite: bool = True,
    ) -> Self:
        """Train on a table of interactions.

        Parameters
        ----------
        X : table
            A DataFrame of pandas or polars, an Arrow table, a DuckDB relation, a dict of columns, a sparse matrix of
            users × items, a file, a glob or a query.
        y : array, optional
            The label, if it is not a column of ``X``.
        callbacks : list of Callback
            Called during training.
        resume : bool
            Continue an interrupted fit from its newest checkpoint. Needs ``out``.
        overwrite : bool
            Whether to replace a run in the folder ``out``.

        Returns
        -------
        self
            This estimator, fitted.
        """
        data = self._with_label(_interactions(X, self), y)
        parameters = self.get_params()
        out = parameters.get("out")
        folder = os.fspath(out) if out is not None else self._own_folder(resume)
        items, users = (parameters.get(name) for name in ("items", "users"))
        fit_model(
            self,
            self._settings(data),
            (data, items, users),
            folder,
            callbacks=callbacks,
            resume=resume,
            overwrite=overwrite and not resume and os.path.exists(folder),
            from_checkpoint="",
            threads=parameters["threads"],
            verbose=parameters["verbose"],
        )
        return self

    def _own_folder(self, resume: bool) -> str:
        if not resume or not hasattr(self, "_folder"):
            self._folder: str = own_folder(self)
        return self._folder

    def _with_label(self, data: Any, y: Any) -> Any:
        if y is None:
            return data
        label = getattr(self, "label", None) or getattr(y, "name", None) or "label"
        kind = kind_of(data)
        if kind == "pandas":
            return data.assign(**{label: getattr(y, "to_numpy", lambda: y)()})
        if kind == "polars":
            import polars as pl

            return data.with_columns(pl.Series(label, y))
        if isinstance(data, Mapping):
            return {**data, label: y}
        raise ConfigError("y: the label must be a column of X, unless X is a DataFrame or a dict")

    def score(self, X: Any, y: Any = None) -> float:
        """Return a score of the model on a table, the higher the better.

        It is the NDCG@10 of users' lists without seen items if the model knows users, else the recall@10, and the
        negative RMSE of a model that only predicts a label.

        Parameters
        ----------
        X : table
            The rows, as for :meth:`fit`.
        y : array, optional
            The label, if it is not a column of ``X``.

        Returns
        -------
        float
            The score.
        """
        report = self.evaluate(
            self._with_label(_interactions(X, self), y),
            items=getattr(self, "items", None),
            users=getattr(self, "users", None),
        )
        for metric in ("unseen_ndcg@10", "ndcg@10", "top_10"):
            value = report.get(metric)
            if value is not None:
                return value
        return -report["rmse"]

    def __sklearn_is_fitted__(self) -> bool:
        return self._engine is not None

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=None,
            regressor_tags=None,
            classifier_tags=None,
            input_tags=InputTags(two_d_array=False, string=True, categorical=True),
        )

    def __repr__(self) -> str:
        signature = inspect.signature(type(self).__init__)
        changed = []
        for name, value in self.get_params().items():
            default = signature.parameters[name].default
            if value is default or (isinstance(value, (str, int, float)) and value == default):
                continue
            is_table = kind_of(value) is not None
            changed.append(f"{name}=<{type(value).__name__}>" if is_table else f"{name}={shown(value)}")
        return f"{type(self).__name__}({', '.join(changed)})"


_ITEM_SECTION = "items"


class TwoTower(Estimator):
    """Two towers that retrieve, and a deep-and-cross ranking, trained on one multitask loss.

    Without ``config``, :func:`draft_config` chooses features and layers from the table; parameters that are given
    change its choices. Sections of the config are dataclasses of :mod:`shortlist.config` or dicts:
    ``features={"genres": config.Categories(separator="|")}``, ``retrieval={"temperature": 0.5}``.

    Parameters
    ----------
    query : str, list of str, Query or dict, optional
        The columns of the query, such as the user's; or the config's section [query].
    item : str, settings or dict, optional
        The column of the item's id; or settings of the item tower.
    label : str, optional
        The column to predict.
    items, users : table, optional
        Tables of items and users with a row for each.
    config : Config, dict, path or TOML text, optional
        A config to begin with.
    split, features, retrieval : settings or dict, optional
        The sections [data.split], [features] and [retrieval].
    ranking : Ranking, dict or a list of them, optional
        The sections [[ranking]].
    seen, order : str, optional
        Keys of [recommend]: "drop" or "keep"; "score", "predicted", "blend" or "auto".
    epochs, batch, seed : int, optional
        Keys of [training].
    precision : str, optional
        A key of [training]: "float32", "bf16x3" or "bf16".
    optimizer, reduce_on_plateau, early_stopping : dict, optional
        Keys of [training], such as ``{"adam": 0.001}``.
    keras_compatible, refit : bool, optional
        Keys of [training].
    keep_checkpoints : int, optional
        A key of [training].
    out : path, optional
        The folder of the run. A temporary one by default, which is removed with the model.
    threads : int
        0 uses all processors. The model is the same for any number.
    verbose : bool, optional
        Whether to show progress. On terminals and in notebooks by default.

    Examples
    --------
    >>> ratings = pd.read_csv("ratings.csv")
    >>> model = sl.TwoTower(query="userId", item="movieId", label="rating", items=pd.read_csv("movies.csv"))
    >>> model.fit(ratings).recommend([1, 2, 3], k=10)
    """

    def __init__(
        self,
        query: Any = None,
        item: Any = None,
        label: str | None = None,
        *,
        items: Any = None,
        users: Any = None,
        config: Any = None,
        split: Mapping[str, Any] | Settings | None = None,
        features: Mapping[str, Any] | None = None,
        retrieval: Mapping[str, Any] | Settings | None = None,
        ranking: Any = None,
        seen: str | None = None,
        order: str | None = None,
        epochs: int | None = None,
        batch: int | None = None,
        seed: int | None = None,
        precision: str | None = None,
        optimizer: Mapping[str, Any] | Settings | None = None,
        reduce_on_plateau: Mapping[str, Any] | Settings | None = None,
        early_stopping: Mapping[str, Any] | Settings | None = None,
        keras_compatible: bool | None = None,
        refit: bool | None = None,
        keep_checkpoints: int | None = None,
        out: str | os.PathLike[str] | None = None,
        threads: int = 0,
        verbose: bool | None = None,
    ) -> None:
        self.query = query
        self.item = item
        self.label = label
        self.items = items
        self.users = users
        self.config = config
        self.split = split
        self.features = features
        self.retrieval = retrieval
        self.ranking = ranking
        self.seen = seen
        self.order = order
        self.epochs = epochs
        self.batch = batch
        self.seed = seed
        self.precision = precision
        self.optimizer = optimizer
        self.reduce_on_plateau = reduce_on_plateau
        self.early_stopping = early_stopping
        self.keras_compatible = keras_compatible
        self.refit = refit
        self.keep_checkpoints = keep_checkpoints
        self.out = out
        self.threads = threads
        self.verbose = verbose

    _TRAINING_KEYS = (
        "epochs",
        "batch",
        "seed",
        "precision",
        "optimizer",
        "reduce_on_plateau",
        "early_stopping",
        "keras_compatible",
        "refit",
        "keep_checkpoints",
    )

    def _settings(self, data: Any) -> dict[str, Any]:
        if self.config is not None:
            settings = settings_of(self.config)
        else:
            drafted = draft_config(
                data,
                items=self.items,
                users=self.users,
                label=self.label or "",
                item=self.item if isinstance(self.item, str) else (_section(self.item) or {}).get("id", ""),
                query=() if self.query is None or _section(self.query) is not None else self.query,
            )
            settings = settings_of(drafted)
        changes: dict[str, Any] = {
            "data": {"split": self.split},
            "features": self.features,
            "query": _section(self.query),
            _ITEM_SECTION: _section(self.item),
            "retrieval": self.retrieval,
            "recommend": {"seen": self.seen, "order": self.order},
            "training": {key: getattr(self, key) for key in self._TRAINING_KEYS},
        }
        if self.split is not None:
            settings.setdefault("data", {}).pop("split", None)
        if self.optimizer is not None:
            settings.setdefault("training", {}).pop("optimizer", None)
        if self.ranking is not None:
            one = _section(self.ranking)
            settings["ranking"] = plain(list(self.ranking)) if one is None else [one]
        merge(settings, _given(plain(changes)))
        return settings


class Popularity(Estimator):
    """The items that occur most often in the training rows, the same for all but for what each has seen.

    Parameters
    ----------
    user, item : str
        The columns of the user and of the item's id.
    items : table, optional
        A table of items with a row for each.
    count : {"rows", "users"}
        What an item's score counts.
    split : dict, optional
        The section [data.split].
    seen : {"drop", "keep"}, optional
        Whether to leave out what a user has in the training rows.
    out : path, optional
        The folder of the run. A temporary one by default, which is removed with the model.
    threads : int
        0 uses all processors.
    verbose : bool, optional
        Whether to show progress. On terminals and in notebooks by default.
    """

    def __init__(
        self,
        user: str,
        item: str,
        *,
        items: Any = None,
        count: str = "rows",
        split: Mapping[str, Any] | Settings | None = None,
        seen: str | None = None,
        out: str | os.PathLike[str] | None = None,
        threads: int = 0,
        verbose: bool | None = None,
    ) -> None:
        self.user = user
        self.item = item
        self.items = items
        self.count = count
        self.split = split
        self.seen = seen
        self.out = out
        self.threads = threads
        self.verbose = verbose

    def _settings(self, data: Any) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "data": {"user": self.user, "split": self.split},
            _ITEM_SECTION: {"id": self.item},
            "model": {"kind": "popularity", "count": self.count},
            "recommend": {"seen": self.seen},
        }
        return _given(plain(settings))


def _section(value: Any) -> dict[str, Any] | None:
    """The settings of a section that is given as a dict or as a dataclass."""
    return plain(value) if isinstance(value, (Mapping, Settings)) else None


def _given(settings: Mapping[str, Any], levels: int = MOST_LEVELS) -> dict[str, Any]:
    """Without what is None, and without sections that have nothing else."""
    given: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping) and levels > 0:
            value = _given(value, levels - 1)
            if not value:
                continue
        if value is not None:
            given[key] = value
    return given


def _interactions(X: Any, estimator: Any) -> Any:
    """A sparse matrix of users × items as columns; any other table as it is."""
    if not hasattr(X, "tocoo"):
        return X
    matrix = X.tocoo()
    query = getattr(estimator, "query", None) or getattr(estimator, "user", None)
    user = query if isinstance(query, str) else "user"
    item = estimator.item if isinstance(estimator.item, str) else "item"
    label = getattr(estimator, "label", None) or "value"
    return {user: matrix.row.astype("int64"), item: matrix.col.astype("int64"), label: matrix.data}
