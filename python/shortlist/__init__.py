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
    from shortlist import batch, client, config, dask, losses, metrics, ray, spark
    from shortlist._callbacks import Callback, Epoch, Run, Step
    from shortlist._config import draft_config
    from shortlist._doctor import Diagnosis, Finding, doctor
    from shortlist._estimator import Estimator
    from shortlist._estimators import Popularity, TwoTower
    from shortlist._factor_estimators import BiasedMf, BprMf, Ials
    from shortlist._factorization_machine import FactorizationMachine
    from shortlist._factors import import_factors
    from shortlist._item_estimators import Ease, ItemKnn, Slim, Transitions
    from shortlist._model import Model, load
    from shortlist._report import Report
    from shortlist._server import Server
    from shortlist._tables import DataWarning
    from shortlist._training import import_keras, train
    from shortlist._trials import Comparison, Tuning, compare, tune
    from shortlist.client import AsyncClient, Client, RequestError, ServerError
    from shortlist.config import Config

__version__: str = _core.__version__

# Loaded on first use, so that importing the package takes a few milliseconds.
_HOME = {
    "AsyncClient": "client",
    "BiasedMf": "_factor_estimators",
    "BprMf": "_factor_estimators",
    "Callback": "_callbacks",
    "Client": "client",
    "Comparison": "_trials",
    "Config": "config",
    "DataWarning": "_tables",
    "Ease": "_item_estimators",
    "Epoch": "_callbacks",
    "Estimator": "_estimator",
    "FactorizationMachine": "_factorization_machine",
    "Ials": "_factor_estimators",
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
    "Tuning": "_trials",
    "TwoTower": "_estimators",
    "compare": "_trials",
    "Diagnosis": "_doctor",
    "Finding": "_doctor",
    "doctor": "_doctor",
    "draft_config": "_config",
    "import_factors": "_factors",
    "import_keras": "_training",
    "load": "_model",
    "train": "_training",
    "tune": "_trials",
}
_MODULES = ("batch", "client", "config", "dask", "losses", "metrics", "ray", "spark")

__all__ = [
    "AsyncClient",
    "BiasedMf",
    "BprMf",
    "Callback",
    "Client",
    "Comparison",
    "Config",
    "ConfigError",
    "DataError",
    "DataWarning",
    "Diagnosis",
    "Ease",
    "Epoch",
    "Error",
    "Estimator",
    "FactorizationMachine",
    "Finding",
    "Ials",
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
    "Tuning",
    "TwoTower",
    "__version__",
    "batch",
    "client",
    "compare",
    "config",
    "dask",
    "doctor",
    "draft_config",
    "import_factors",
    "import_keras",
    "load",
    "losses",
    "metrics",
    "ray",
    "spark",
    "train",
    "tune",
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
