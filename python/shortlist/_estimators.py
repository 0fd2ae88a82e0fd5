"""The kinds of estimators."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from shortlist._config import draft_config, merge, settings_of
from shortlist._estimator import Estimator
from shortlist._settings import MOST_LEVELS, Settings, plain

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
        merge(settings, given_settings(plain(changes)))
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
    half_life : float, optional
        Days after which a row counts half as much as one at the time of the latest row.
    segment : str, optional
        A column whose values have lists of their own.
    shrink : float, optional
        Number of rows that a segment is given in addition to its own, with the items of all rows in proportion.
    time : str or dict, optional
        The column with the time of a row, or the section [data.time].
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
        half_life: float | None = None,
        segment: str | None = None,
        shrink: float | None = None,
        time: str | Mapping[str, Any] | Settings | None = None,
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
        self.half_life = half_life
        self.segment = segment
        self.shrink = shrink
        self.time = time
        self.split = split
        self.seen = seen
        self.out = out
        self.threads = threads
        self.verbose = verbose

    def _settings(self, data: Any) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "data": {"user": self.user, "split": self.split, "time": self.time},
            _ITEM_SECTION: {"id": self.item},
            "model": {
                "kind": "popularity",
                "count": self.count,
                "half_life": self.half_life,
                "segment": self.segment,
                "shrink": self.shrink,
            },
            "recommend": {"seen": self.seen},
        }
        if self.segment is not None:
            settings["features"] = {name: {"kind": "category"} for name in (self.user, self.segment)}
            settings["query"] = {"features": [self.user, self.segment]}
        return given_settings(plain(settings))


def _section(value: Any) -> dict[str, Any] | None:
    """The settings of a section that is given as a dict or as a dataclass."""
    return plain(value) if isinstance(value, (Mapping, Settings)) else None


def given_settings(settings: Mapping[str, Any], levels: int = MOST_LEVELS) -> dict[str, Any]:
    """Without what is None, and without sections that have nothing else."""
    given: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping) and levels > 0:
            value = given_settings(value, levels - 1)
            if not value:
                continue
        if value is not None:
            given[key] = value
    return given
