"""The estimator of factorisation machines."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from shortlist._estimators import TwoTower, given_settings
from shortlist._settings import Settings


class FactorizationMachine(TwoTower):
    """A factorisation machine over the features of the query and of the item (Rendle 2010).

    It is trained as two towers whose layers follow from the features, so it takes the parameters of
    :class:`TwoTower`. Without ``config``, features are chosen from the table, and there is no ranking unless
    ``ranking`` is given.

    Parameters
    ----------
    query : str, list of str, Query or dict, optional
        The columns of the query, such as the user's; or the config's section [query].
    item : str, settings or dict, optional
        The column of the item's id; or settings of the item tower.
    label : str, optional
        The column to predict.
    factors : int, optional
        Width of the vector of each value of a feature.
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
    """

    def __init__(
        self,
        query: Any = None,
        item: Any = None,
        label: str | None = None,
        *,
        factors: int | None = None,
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
        self.factors = factors

    def _settings(self, data: Any) -> dict[str, Any]:
        settings = super()._settings(data)
        settings["model"] = given_settings({"kind": "factorization_machine", "factors": self.factors})
        leave_layers_out(settings)
        if self.ranking is None and self.config is None:
            settings.pop("ranking", None)
            settings.pop("experts", None)
        return settings


def leave_layers_out(settings: dict[str, Any]) -> None:
    """Remove what the kind itself chooses: the layers of the towers and the widths of features."""
    for tower in ("query", "items"):
        settings.get(tower, {}).pop("layers", None)
    for feature in settings.get("features", {}).values():
        if isinstance(feature, dict):
            feature.pop("dim", None)
