"""Estimators of the kinds that are factor models."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from shortlist._estimators import given_settings
from shortlist._item_estimators import OfHistories
from shortlist._settings import Settings, plain


class _FactorModel(OfHistories):
    """A kind with a vector per item."""

    def _settings(self, data: Any) -> dict[str, Any]:
        settings = super()._settings(data)
        more = {
            "retrieval": {"index": getattr(self, "index")},
            "training": {"seed": getattr(self, "seed")},
        }
        settings.update(given_settings(plain(more)))
        return settings


class Ials(_FactorModel):
    """Implicit matrix factorisation by alternating least squares (Hu et al. 2008, Rendle et al. 2021).

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
        Number of times that all users and all items are solved for.
    alpha : float, optional
        Weight of an item that a user took, on top of the weight 1 of every item.
    regularization : float, optional
        Factor of the squares of the vectors.
    nu : float, optional
        How the regularisation grows with a row's weights: from 0, not at all, to 1, with their sum.
    solver : {"cg", "cholesky"}, optional
        Conjugate gradients, or exact.
    cg_steps : int, optional
        Steps of the conjugate gradient method.
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

    _model_kind = "ials"
    _setting_names = ("factors", "epochs", "alpha", "regularization", "nu", "solver", "cg_steps", "weighted")

    def __init__(
        self,
        user: str,
        item: str,
        *,
        items: Any = None,
        factors: int | None = None,
        epochs: int | None = None,
        alpha: float | None = None,
        regularization: float | None = None,
        nu: float | None = None,
        solver: str | None = None,
        cg_steps: int | None = None,
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


class BprMf(_FactorModel):
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

    _model_kind = "bpr_mf"
    _setting_names = ("factors", "epochs", "learning_rate", "regularization", "negatives", "weighted")

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


class BiasedMf(_FactorModel):
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

    _model_kind = "biased_mf"
    _setting_names = ("label", "factors", "epochs", "learning_rate", "regularization", "deviation", "implicit")

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
