"""Estimators of the kinds that are matrices from item to item."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from shortlist._config import draft_config, settings_of
from shortlist._estimator import Estimator
from shortlist._estimators import given_settings
from shortlist._settings import Settings, plain


class OfHistories(Estimator):
    """A kind that answers from the items of a user's history."""

    _model_kind = ""
    _setting_names: tuple[str, ...] = ()

    def _settings(self, data: Any) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "data": {
                "user": getattr(self, "user"),
                "split": getattr(self, "split"),
                "time": getattr(self, "time", None),
                "weight": getattr(self, "weight", None),
            },
            "items": {"id": getattr(self, "item"), **self._shown(data)},
            "model": {"kind": self._model_kind, **{key: getattr(self, key) for key in self._setting_names}},
            "recommend": {"seen": getattr(self, "seen")},
        }
        return given_settings(plain(settings))

    def _shown(self, data: Any) -> dict[str, Any]:
        """What :func:`draft_config` would show of a table of items: a name for people, and attributes."""
        items = getattr(self, "items", None)
        if items is None:
            return {}
        drafted = settings_of(draft_config(data, items=items, item=getattr(self, "item"), query=getattr(self, "user")))
        return {key: drafted["items"][key] for key in ("display", "attributes") if key in drafted["items"]}


class ItemKnn(OfHistories):
    """Items that are similar to those of the user's history: the same users took them.

    Parameters that are None have the program's defaults.

    Parameters
    ----------
    user, item : str
        The columns of the user and of the item's id.
    items : table, optional
        A table of items with a row for each.
    similarity : {"cosine", "tfidf", "bm25", "jaccard"}, optional
        How two items' users are compared.
    neighbours : int, optional
        Number of similar items that are kept for each item.
    shrink : float, optional
        Added to the denominator of the similarity, so that few common users count less.
    weighted : bool, optional
        Whether a user's rows with an item count by their weights.
    k1, b : float, optional
        Parameters of bm25.
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

    _model_kind = "item_knn"
    _setting_names = ("similarity", "neighbours", "shrink", "weighted", "k1", "b")

    def __init__(
        self,
        user: str,
        item: str,
        *,
        items: Any = None,
        similarity: str | None = None,
        neighbours: int | None = None,
        shrink: float | None = None,
        weighted: bool | None = None,
        k1: float | None = None,
        b: float | None = None,
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
        self.similarity = similarity
        self.neighbours = neighbours
        self.shrink = shrink
        self.weighted = weighted
        self.k1 = k1
        self.b = b
        self.weight = weight
        self.split = split
        self.seen = seen
        self.out = out
        self.threads = threads
        self.verbose = verbose


class Ease(OfHistories):
    """A linear model from the items of a user to every other item, in closed form (Steck 2019).

    Parameters that are None have the program's defaults.

    Parameters
    ----------
    user, item : str
        The columns of the user and of the item's id.
    items : table, optional
        A table of items with a row for each.
    l2 : float, optional
        Weight of the L2 penalty, more than 0.
    keep : int, optional
        Number of weights that are kept for each item of a history; 0 keeps all.
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

    _model_kind = "ease"
    _setting_names = ("l2", "keep")

    def __init__(
        self,
        user: str,
        item: str,
        *,
        items: Any = None,
        l2: float | None = None,
        keep: int | None = None,
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
        self.l2 = l2
        self.keep = keep
        self.weight = weight
        self.split = split
        self.seen = seen
        self.out = out
        self.threads = threads
        self.verbose = verbose


class Slim(OfHistories):
    """A sparse linear model from the items of a user to every other item (Ning and Karypis 2011).

    Parameters that are None have the program's defaults.

    Parameters
    ----------
    user, item : str
        The columns of the user and of the item's id.
    items : table, optional
        A table of items with a row for each.
    l1, l2 : float, optional
        Weights of the L1 and the L2 penalty, at least 0.
    candidates : int, optional
        Number of items that may have a weight to an item.
    sweeps : int, optional
        Maximum number of passes over the weights of an item.
    tolerance : float, optional
        The passes end when no weight changes by more than this.
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

    _model_kind = "slim"
    _setting_names = ("l1", "l2", "candidates", "sweeps", "tolerance")

    def __init__(
        self,
        user: str,
        item: str,
        *,
        items: Any = None,
        l1: float | None = None,
        l2: float | None = None,
        candidates: int | None = None,
        sweeps: int | None = None,
        tolerance: float | None = None,
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
        self.l1 = l1
        self.l2 = l2
        self.candidates = candidates
        self.sweeps = sweeps
        self.tolerance = tolerance
        self.weight = weight
        self.split = split
        self.seen = seen
        self.out = out
        self.threads = threads
        self.verbose = verbose


class Transitions(OfHistories):
    """What users took after the latest items of the history.

    Parameters that are None have the program's defaults.

    Parameters
    ----------
    user, item : str
        The columns of the user and of the item's id.
    items : table, optional
        A table of items with a row for each.
    window : int, optional
        Number of earlier items of a sequence that count for an item.
    half_life : float, optional
        Number of positions after which an earlier item counts half as much.
    keep : int, optional
        Number of next items that are kept for each item.
    shrink : float, optional
        Added to the sum of an item's counts before they become shares.
    time : str or dict, optional
        The column with the time of a row, or the section [data.time].
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

    _model_kind = "transitions"
    _setting_names = ("window", "half_life", "keep", "shrink")

    def __init__(
        self,
        user: str,
        item: str,
        *,
        items: Any = None,
        window: int | None = None,
        half_life: float | None = None,
        keep: int | None = None,
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
        self.window = window
        self.half_life = half_life
        self.keep = keep
        self.shrink = shrink
        self.time = time
        self.split = split
        self.seen = seen
        self.out = out
        self.threads = threads
        self.verbose = verbose
