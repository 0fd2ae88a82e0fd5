"""Configs: all settings of a model and its training."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from shortlist import _core
from shortlist._core import ConfigError
from shortlist._tables import to_table


class Config(dict[str, Any]):
    """The settings of a model and its training, as nested dicts: ``config["training"]["epochs"]``.

    The sections and keys are those of a config file; ``docs/reference/config.md`` lists them.
    """

    @classmethod
    def from_toml(cls, text: str) -> Config:
        """Read the text of a config file."""
        return cls(_core.parse_toml(text, "the config"))

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Config:
        """Read a config file."""
        return cls(_core.load_toml(os.fspath(path)))

    def to_toml(self) -> str:
        """Return the config as the text of a config file. Raises ConfigError if a setting is wrong."""
        return _core.config_to_toml(self)

    def check(self) -> Config:
        """Return the config with all settings, including defaults. Raises ConfigError if a setting is wrong."""
        return Config(_core.read_config(self))


def settings_of(config: Any) -> dict[str, Any]:
    """A copy of the settings of a config in any form."""
    if isinstance(config, Mapping):
        return _copied(config)
    if isinstance(config, os.PathLike) or (isinstance(config, str) and "\n" not in config and "=" not in config):
        return _core.load_toml(os.fspath(config))
    if isinstance(config, str):
        return _core.parse_toml(config, "the config")
    raise ConfigError(f"config: got a {type(config).__name__}, need a Config, a dict, a path or the text of a config")


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copied(entry) for entry in value]
    return value


def merge(base: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Set settings in ``base``, key by key; lists replace lists."""
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = _copied(value)


def draft_config(
    data: Any,
    *,
    items: Any = None,
    users: Any = None,
    label: str = "",
    item: str = "",
    query: str | Sequence[str] = (),
) -> str:
    """Write a config for a table, with the reason beside each choice, as ``shortlist init`` does.

    Parameters
    ----------
    data, items, users : table
        The interactions, and tables of items and users if there are any.
    label, item : str
        The columns to predict and of the items; found by their names and values by default.
    query : str or list of str
        The columns of the query; the user's by default.

    Returns
    -------
    str
        The text of a config file, which :meth:`Config.from_toml` reads.
    """
    tables = [
        None if table is None else to_table(table, name)
        for table, name in ((data, "the data"), (items, "items"), (users, "users"))
    ]
    columns = [query] if isinstance(query, str) else list(query)
    return _core.draft_config(*tables, label, item, columns)
