"""Factors that implicit, LightFM or another library learnt, as a model."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from shortlist import _core
from shortlist._core import ConfigError
from shortlist._fitted import own_folder
from shortlist._model import Model
from shortlist._tables import kind_of, to_table


def import_factors(
    factors: Any,
    data: Any,
    *,
    user: str,
    item: str,
    user_ids: Sequence[Any] | None = None,
    item_ids: Sequence[Any] | None = None,
    items: Any = None,
    split: Mapping[str, Any] | None = None,
    out: str | os.PathLike[str] | None = None,
    threads: int = 0,
) -> Model:
    """Make a model of the factors of users and items that another library learnt, evaluate it and save it.

    The score of an item is the inner product of the user's and the item's factors, plus the item's bias if there
    are biases: a model of kind ``bpr_mf``.

    Parameters
    ----------
    factors : object, dict or path
        A model of implicit (``user_factors`` and ``item_factors``), a model of LightFM without features, a dict of
        arrays with these two names and perhaps ``item_biases``, ``user_ids`` and ``item_ids``, or a ``.npz`` file of
        such arrays, which implicit's ``save`` writes. A pickled model is loaded by the library that wrote it.
    data : table
        The interactions: the catalogue, the seen items, and the rows to evaluate on.
    user, item : str
        Their columns.
    user_ids, item_ids : list, optional
        The ids of the rows of the factors, as in the table. By default those among the factors.
    items : table, optional
        A table of items.
    split : dict, optional
        The section [data.split]. The test rows are new to the model only if it was not trained on them.
    out : path, optional
        The folder of the model. A temporary one by default, which is removed with the model.
    threads : int
        0 uses all processors.

    Returns
    -------
    Model
        The model.

    Raises
    ------
    ConfigError
        If factors and ids do not fit together, or if none of the ids is in the table.
    """
    found = _arrays_of(factors)
    ids: dict[str, list[str]] = {}
    for name, given in (("user", user_ids), ("item", item_ids)):
        of_rows = found.get(f"{name}_ids") if given is None else given
        if of_rows is None:
            raise ConfigError(f"{name}_ids: got None, need the id of each row of the {name} factors")
        ids[name] = [str(value) for value in of_rows]
    biases = found.get("item_biases")
    settings: dict[str, Any] = {
        "data": {"user": user, **({"split": dict(split)} if split else {})},
        "items": {"id": item},
        "model": {"kind": "bpr_mf"},
    }
    model = Model()
    folder = os.fspath(out) if out is not None else own_folder(model)
    _core.import_factors(
        settings,
        to_table(data, "the data"),
        None if items is None else to_table(items, "items"),
        ids["user"],
        ids["item"],
        _matrix(found["user_factors"], "user_factors"),
        _matrix(found["item_factors"], "item_factors"),
        np.zeros(0, np.float32) if biases is None else np.ascontiguousarray(biases, np.float32),
        folder,
        threads,
    )
    model._kind = kind_of(data)
    model._open(folder)
    return model


def _matrix(values: Any, name: str) -> Any:
    matrix = np.ascontiguousarray(values, np.float32)
    if matrix.ndim != 2:
        raise ConfigError(f"{name}: got an array of {matrix.ndim} dimensions, need 2")
    return matrix


def _arrays_of(factors: Any) -> dict[str, Any]:
    if isinstance(factors, (str, os.PathLike)):
        with np.load(os.fspath(factors), allow_pickle=False) as file:
            found = {name: file[name] for name in file.files if name in _NAMES}
    elif isinstance(factors, Mapping):
        found = dict(factors)
    elif hasattr(factors, "get_user_representations"):  # LightFM: the user's bias is the same for all items
        item_biases, item_factors = factors.get_item_representations()
        found = {"user_factors": factors.get_user_representations()[1], "item_factors": item_factors}
        found["item_biases"] = item_biases
    else:
        found = {}
        for name in ("user_factors", "item_factors"):
            value: Any = getattr(factors, name, None)
            found[name] = value.to_numpy() if hasattr(value, "to_numpy") else value  # implicit's on a GPU
    for name in ("user_factors", "item_factors"):
        if found.get(name) is None:
            raise ConfigError(f"factors: has no {name}")
    return found


_NAMES = ("user_factors", "item_factors", "item_biases", "user_ids", "item_ids")
