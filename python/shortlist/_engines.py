"""Libraries that are imported where they are used, and what their versions must be."""

from __future__ import annotations

import importlib
from typing import Any

from shortlist._core import ConfigError

#: What pip installs for a module, and the oldest version that is supported.
_PACKAGES = {
    "dask": ("Dask", "shortlist[dask]", "'dask[dataframe]' distributed pyarrow"),
    "distributed": ("Dask", "shortlist[dask]", "'dask[dataframe]' distributed pyarrow"),
    "pandas": ("pandas", "", "pandas"),
    "pyarrow": ("Arrow", "", "pyarrow"),
    "pyspark": ("Spark", "shortlist[spark]", "pyspark pyarrow pandas"),
    "ray": ("Ray", "shortlist[ray]", "'ray[data]' pyarrow pandas"),
}


def need(module: str) -> Any:
    """Import a module of an engine, or say how it is installed.

    Raises
    ------
    ConfigError
        If the module, or one that it needs, is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        name, extra, packages = _PACKAGES[module.partition(".")[0]]
        extra = f" (or '{extra}')" if extra else ""
        raise ConfigError(f"{name} is needed: pip install {packages}{extra}; {error}") from None
