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
        self.epochs = epochs
        self.alpha = alpha
        self.regularization = regularization
        self.nu = nu
        self.solver = solver
        self.cg_steps = cg_steps
        self.weighted = weighted
        self.index = index
        self.seed = seed
        self.weight = weight
        self.split = split
        self.seen = seen
        self.out = out
        self.threads = threads
        self.verbose = verbose


class BprMf(_OfHistories):
    """Matrix factorisation by Bayesian personalised ranking (Rendle et al. 2009).

    Parameters that are None have the program's defaults.

    Parameters
    ----------
    user, item : str
        The columns of the user and of the item's id.
    items : table, optional
        A table of items with a row for each.
    factors : int, optional
        Width of the vectors.
    epochs : int, optional
        Number of passes over the users' items.
    learning_rate : float, optional
        Length of the steps.
    regularization : float, optional
        Factor of the squares of the vectors.
    negatives : {"uniform", "popular"}, optional
        How the items are drawn with which a user's items are compared.
    weighted : bool, optional
        Whether a user's rows with an item count by their weights.
    index : {"exact", "bf16", "int8", "hnsw"}, optional
        How the items' vectors are searched.
    seed : int, optional
        Seed of the initial vectors and of the order of the steps.
    weight : str, optional
        The column with the weight of a row.
    split : dict, optional
        The section [data.split].
    seen : {"drop", "keep"}, optional
        Whether to leave out what a user has in the training rows.
    out : path, optional
        The folder of the run. A temporary one by default, which is removed with the model.
    threads : int
        0 uses all processors. The model is the same for any number.
    verbose : bool, optional
        Whether to show progress. On terminals and in notebooks by default.
    """

    _kind = "bpr_mf"
    _keys = ("factors", "epochs", "learning_rate", "regularization", "negatives", "weighted")

    def __init__(
        self,
        user: str,
        item: str,
        *,
        items: Any = None,
        factors: int | None = None,
        epochs: int | None = None,
        learning_rate: float | None = None,
        regularization: float | None = None,
        negatives: str | None = None,
        weighted: bool | None = None,
        index: str | None = None,
        seed: int | None = None,
        weight: str | None = None,
        split: Mapping[str, Any] | Settings | None = None,
        seen: str | None = None,
        out: str | os.PathLike[str] | None = None,
        threads: int = 0,
        verbose: bool | None = None,
    ) -> None:
        self.user = user
        self.item = item
        self.items = items
        self.factors = factors
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.regularization = regularization
        self.negatives = negatives
        self.weighted = weighted
        self.index = index
        self.seed = seed
        self.weight = weight
        self.split = split
        self.seen = seen
        self.out = out
        self.threads = threads
        self.verbose = verbose


class BiasedMf(_OfHistories):
    """Matrix factorisation of ratings: SVD, or SVD++ with ``implicit=True`` (Koren 2008).

    Parameters that are None have the program's defaults.

    Parameters
    ----------
    user, item : str
        The columns of the user and of the item's id.
    label : str
        The column of the ratings.
    items : table, optional
        A table of items with a row for each.
    factors : int, optional
        Width of the vectors.
    epochs : int, optional
        Number of passes over the ratings.
    learning_rate : float, optional
        Length of the steps.
    regularization : float, optional
        Factor of the squares of the vectors.
    deviation : float, optional
        Standard deviation of the initial vectors.
    implicit : bool, optional
        SVD++: also learn from which items a user rated. Runs on one thread.
    index : {"exact", "bf16", "int8", "hnsw"}, optional
        How the items' vectors are searched.
    seed : int, optional
        Seed of the initial vectors and of the order of the steps.
    split : dict, optional
        The section [data.split].
    seen : {"drop", "keep"}, optional
        Whether to leave out what a user has in the training rows.
    out : path, optional
        The folder of the run. A temporary one by default, which is removed with the model.
    threads : int
        0 uses all processors. The model is the same for any number.
    verbose : bool, optional
        Whether to show progress. On terminals and in notebooks by default.
    """

    _kind = "biased_mf"
    _keys = ("label", "factors", "epochs", "learning_rate", "regularization", "deviation", "implicit")

    def __init__(
        self,
        user: str,
        item: str,
        label: str,
        *,
        items: Any = None,
        factors: int | None = None,
        epochs: int | None = None,
        learning_rate: float | None = None,
        regularization: float | None = None,
        deviation: float | None = None,
        implicit: bool | None = None,
        index: str | None = None,
        seed: int | None = None,
        split: Mapping[str, Any] | Settings | None = None,
        seen: str | None = None,
        out: str | os.PathLike[str] | None = None,
        threads: int = 0,
        verbose: bool | None = None,
    ) -> None:
        self.user = user
        self.item = item
        self.label = label
        self.items = items
        self.factors = factors
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.regularization = regularization
        self.deviation = deviation
        self.implicit = implicit
        self.index = index
        self.seed = seed
        self.split = split
        self.seen = seen
        self.out = out
        self.threads = threads
        self.verbose = verbose


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
    factors : int, optional
        Width of the vector of each value of a feature.
    **settings : Any
        The other parameters of :class:`TwoTower`.
    """

    def __init__(self, query: Any = None, item: Any = None, *, factors: int | None = None, **settings: Any) -> None:
        super().__init__(query, item, **settings)
        self.factors = factors

    def _settings(self, data: Any) -> dict[str, Any]:
        settings = super()._settings(data)
        settings["model"] = given_settings({"kind": "factorization_machine", "factors": self.factors})
        for tower in ("query", "items"):
            settings.get(tower, {}).pop("layers", None)
        for feature in settings.get("features", {}).values():
            if isinstance(feature, dict):
                feature.pop("dim", None)
        if self.ranking is None and self.config is None:
            settings.pop("ranking", None)
            settings.pop("experts", None)
        return settings
