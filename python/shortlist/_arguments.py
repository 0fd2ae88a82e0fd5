"""Checks of arguments that do not reach the engine, which checks the others."""

from __future__ import annotations

import decimal
import operator
import reprlib
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from shortlist._core import ConfigError

_SHORT = reprlib.Repr()
_SHORT.maxdict = _SHORT.maxlist = _SHORT.maxtuple = 30
_SHORT.maxstring = _SHORT.maxother = 1000

_IDS = (str, int, float, np.generic, decimal.Decimal, uuid.UUID)


def shown(value: Any) -> str:
    """The value's repr, shortened, for messages."""
    return _SHORT.repr(value)


def a_type(value: Any) -> str:
    """The name of the value's type with its article."""
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def whole(value: Any, name: str, least: int, most: int) -> int:
    """An integer of a range."""
    try:
        integer = operator.index(value)
    except Exception:
        raise ConfigError(f"{name}: got {a_type(value)}, need an integer") from None
    if not least <= integer <= most:
        raise ConfigError(f"{name}: got {shown(integer)}, need an integer of {least} to {most}")
    return integer


def number(value: Any, name: str) -> float:
    """A float of any value."""
    try:
        return float(value)
    except OverflowError:
        raise ConfigError(f"{name}: got a number out of range") from None
    except Exception:
        raise ConfigError(f"{name}: got {a_type(value)}, need a number") from None


def text(value: Any, name: str) -> str:
    """A str."""
    if not isinstance(value, str):
        raise ConfigError(f"{name}: got {a_type(value)}, need a text")
    return value


def texts(values: Any, name: str) -> list[str]:
    """A list of str."""
    return [text(value, name) for value in _several(values, name, "texts")]


def ids(values: Any, name: str) -> list[str]:
    """Ids as the engine has them."""
    return [_id(value, name) for value in _several(values, name, "ids")]


def _id(value: Any, name: str) -> str:
    if isinstance(value, bytes) or not (isinstance(value, _IDS) or hasattr(type(value), "isoformat")):
        raise ConfigError(f"{name}: got {a_type(value)}, need ids: texts, numbers or times")
    return str(value)


def _several(values: Any, name: str, what: str) -> list[Any]:
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise ConfigError(f"{name}: got {a_type(values)}, need a list of {what}")
    return list(values)
