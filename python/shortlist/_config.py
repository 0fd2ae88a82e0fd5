"""Configs in all forms that users may give: dataclasses, dicts, texts and files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from shortlist import _core
from shortlist._arguments import a_type
from shortlist._core import ConfigError
from shortlist._settings import MOST_LEVELS, Sections, plain
from shortlist._tables import to_table


def settings_of(config: Any) -> dict[str, Any]:
    """A copy of the settings of a config in any form, as dicts."""
    if isinstance(config, (Mapping, Sections)):
        settings: dict[str, Any] = plain(config)
        return settings
    if isinstance(config, os.PathLike) or (isinstance(config, str) and "\n" not in config and "=" not in config):
        return _core.load_settings(os.fspath(config))
    if isinstance(config, str):
        return _core.parse_settings(config)
    raise ConfigError(f"config: got {a_type(config)}, need a Config, a dict, a path or the text of a config")


def merge(base: dict[str, Any], changes: Mapping[str, Any], levels: int = MOST_LEVELS) -> None:
    """Set settings in ``base``, key by key; lists replace lists."""
    for key, value in changes.items():
        if levels > 0 and isinstance(value, Mapping) and isinstance(base.get(key), dict):
            merge(base[key], value, levels - 1)
        else:
            base[key] = plain(value)


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
        The text of a config file, which :meth:`shortlist.Config.from_toml` reads.
    """
    columns = [query] if isinstance(query, str) else list(query)
    return _core.draft_config(
        to_table(data, "the data"), _side(items, "items"), _side(users, "users"), label, item, columns
    )


def _side(table: Any, name: str) -> _core.Table | None:
    return None if table is None else to_table(table, name)
