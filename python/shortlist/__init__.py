"""Shortlist: a native recommender engine.

Trains a model on a table of who chose what, measures it against simple baselines, and recommends.

>>> import pandas as pd, shortlist as sl
>>> model = sl.TwoTower(query="userId", item="movieId", label="rating").fit(pd.read_csv("ratings.csv"))
>>> model.recommend([1, 2, 3], k=10)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from shortlist import _core
from shortlist._core import ConfigError, DataError, Error, InternalError, Interrupted, SystemError

if TYPE_CHECKING:
    from shortlist import client, config, losses, metrics
    from shortlist._callbacks import Callback, Epoch, Run, Step
    from shortlist._config import draft_config
    from shortlist._doctor import Diagnosis, Finding, doctor
    from shortlist._estimator import Estimator
    from shortlist._estimators import Popularity, TwoTower
    from shortlist._item_estimators import Ease, ItemKnn, Slim, Transitions
    from shortlist._model import Model, load
    from shortlist._report import Report
    from shortlist._server import Server
    from shortlist._tables import DataWarning
    from shortlist._training import import_keras, train
    from shortlist.client import AsyncClient, Client, RequestError, ServerError
    from shortlist.config import Config

__version__: str = _core.__version__

# Loaded on first use, so that importing the package takes a few milliseconds.
_HOME = {
    "AsyncClient": "client",
    "Callback": "_callbacks",
    "Client": "client",
    "Config": "config",
    "DataWarning": "_tables",
    "Ease": "_item_estimators",
    "Epoch": "_callbacks",
    "Estimator": "_estimator",
    "ItemKnn": "_item_estimators",
    "Model": "_model",
    "Popularity": "_estimators",
    "Report": "_report",
    "RequestError": "client",
    "Run": "_callbacks",
    "Server": "_server",
    "ServerError": "client",
    "Slim": "_item_estimators",
    "Step": "_callbacks",
    "Transitions": "_item_estimators",
    "TwoTower": "_estimators",
    "Diagnosis": "_doctor",
    "Finding": "_doctor",
    "doctor": "_doctor",
    "draft_config": "_config",
    "import_keras": "_training",
    "load": "_model",
    "train": "_training",
}
_MODULES = ("client", "config", "losses", "metrics")

__all__ = [
    "AsyncClient",
    "Callback",
    "Client",
    "Config",
    "ConfigError",
    "DataError",
    "DataWarning",
    "Diagnosis",
    "Ease",
    "Epoch",
    "Error",
    "Estimator",
    "Finding",
    "InternalError",
    "Interrupted",
    "ItemKnn",
    "Model",
    "Popularity",
    "Report",
    "RequestError",
    "Run",
    "Server",
    "ServerError",
    "Slim",
    "Step",
    "SystemError",
    "Transitions",
    "TwoTower",
    "__version__",
    "client",
    "config",
    "doctor",
    "draft_config",
    "import_keras",
    "load",
    "losses",
    "metrics",
    "train",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"shortlist.{name}")
    if name in _HOME:
        value = getattr(importlib.import_module(f"shortlist.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'shortlist' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
