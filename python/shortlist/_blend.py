"""The estimator of blends."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from shortlist._estimators import TwoTower, given_settings
from shortlist._factorization_machine import leave_layers_out
from shortlist._settings import ModelKind, Settings, plain

_TOWERS = ("two_tower", "factorization_machine")


class Blend(TwoTower):
    """A weighted sum of the scores of several kinds, with weights that are learned on the validation rows.

    Takes the parameters of :class:`TwoTower`. Those of towers and layers are for members that have towers. Without
    such a member and without ``config``, ``query`` is the column of the user, and there is no ranking unless
    ``ranking`` is given.

    Parameters
    ----------
    members : list of str, settings or dict
        Two or more kinds: a name such as "ease", settings such as ``config.EaseModel(l2=200)``, or a dict with
        ``kind`` and the settings of that kind. At most one has towers.
    query : str, list of str, Query or dict, optional
        The columns of the query, such as the user's; or the config's section [query].
    item : str, settings or dict, optional
        The column of the item's id; or settings of the item tower.
    label : str, optional
        The column to predict.
    weights : list of float, optional
        The weight of each member, instead of learned ones.
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
    >>> model = sl.Blend(["ease", {"kind": "item_knn", "similarity": "bm25"}], "userId", "movieId")
    >>> model.fit(ratings).recommend([1, 2, 3], k=10)
    """

    def __init__(
        self,
        members: Sequence[str | ModelKind | Mapping[str, Any]],
        query: Any = None,
        item: Any = None,
        label: str | None = None,
        *,
        weights: Sequence[float] | None = None,
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
        super().__init__(
            query,
            item,
            label,
            items=items,
            users=users,
            config=config,
            split=split,
            features=features,
            retrieval=retrieval,
            ranking=ranking,
            seen=seen,
            order=order,
            epochs=epochs,
            batch=batch,
            seed=seed,
            precision=precision,
            optimizer=optimizer,
            reduce_on_plateau=reduce_on_plateau,
            early_stopping=early_stopping,
            keras_compatible=keras_compatible,
            refit=refit,
            keep_checkpoints=keep_checkpoints,
            out=out,
            threads=threads,
            verbose=verbose,
        )
        self.members = members
        self.weights = weights

    def _settings(self, data: Any) -> dict[str, Any]:
        settings = super()._settings(data)
        members = [{"kind": each} if isinstance(each, str) else given_settings(plain(each)) for each in self.members]
        weights = None if self.weights is None else list(self.weights)
        settings["model"] = given_settings({"kind": "blend", "members": members, "weights": weights})
        if self.config is not None:
            return settings
        kinds = [member.get("kind") for member in members]
        if self.ranking is None and "two_tower" not in kinds:
            settings.pop("ranking", None)
            settings.pop("experts", None)
        if "factorization_machine" in kinds:
            leave_layers_out(settings)
        if not any(kind in _TOWERS for kind in kinds):
            self._leave_towers_out(settings)
        return settings

    def _leave_towers_out(self, settings: dict[str, Any]) -> None:
        """The columns that the draft chose for towers are read by the ranking alone."""
        settings["retrieval"] = given_settings(plain(self.retrieval or {}))
        if isinstance(self.query, str):
            settings.setdefault("data", {})["user"] = self.query
        if self.ranking is not None:
            return
        settings["features"] = given_settings(plain(self.features or {}))
        settings["query"] = given_settings(plain(self.query)) if isinstance(self.query, (Mapping, Settings)) else {}
        for key in ("layers", "features"):
            settings.get("items", {}).pop(key, None)
