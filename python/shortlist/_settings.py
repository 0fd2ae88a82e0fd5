"""What all dataclasses of settings have in common. The classes are in shortlist.config."""

from __future__ import annotations

import keyword
import os
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, ClassVar

from shortlist import _core

if TYPE_CHECKING:
    from dataclasses import Field

    from typing_extensions import Self

#: The classes that the tables of a key may have.
Kinds = tuple["type[Settings]", ...]


class Settings:
    """Settings by name. None: not set, so that the engine's default holds."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    _tables: ClassVar[Mapping[str, Kinds]] = {}

    def to_dict(self) -> dict[str, Any]:
        """Return the settings that are set, as in a config file."""
        settings: dict[str, Any] = {}
        for entry in fields(self):
            value = plain(getattr(self, entry.name))
            is_empty_section = entry.default_factory is not MISSING and not value
            if value is not None and not is_empty_section:
                settings[_key(entry.name)] = value
        return settings

    @classmethod
    def _describes(cls, settings: Mapping[str, Any]) -> bool:
        return True

    @classmethod
    def _read(cls, settings: Mapping[str, Any]) -> Self:
        values = {_name(key): _read(value, cls._tables.get(key)) for key, value in settings.items()}
        return cls(**{name: value for name, value in values.items() if value is not None})

    def __repr__(self) -> str:
        values = ((entry, getattr(self, entry.name)) for entry in fields(self))
        shown = [
            f"{entry.name}={value!r}"
            for entry, value in values
            if value is not None and (entry.default_factory is MISSING or value != entry.default_factory())
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


class Feature(Settings):
    """What the towers see of a row. Each kind of feature is a class of its own."""

    __slots__ = ()
    kind: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """Return the settings that are set, as in a config file."""
        return {"kind": self.kind, **super().to_dict()}

    @classmethod
    def _describes(cls, settings: Mapping[str, Any]) -> bool:
        return bool(settings.get("kind") == cls.kind)

    @classmethod
    def _read(cls, settings: Mapping[str, Any]) -> Self:
        return super()._read({key: value for key, value in settings.items() if key != "kind"})


class ModelKind(Settings):
    """A kind of model and its settings. Each kind is a class of its own."""

    __slots__ = ()
    kind: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """Return the settings that are set, as in a config file."""
        return {"kind": self.kind, **super().to_dict()}

    @classmethod
    def _describes(cls, settings: Mapping[str, Any]) -> bool:
        return bool(settings.get("kind", "two_tower") == cls.kind)

    @classmethod
    def _read(cls, settings: Mapping[str, Any]) -> Self:
        return super()._read({key: value for key, value in settings.items() if key != "kind"})


class Layer(Settings):
    """A layer of a tower or of a ranking. Each kind of layer is a class of its own."""

    __slots__ = ()
    kind: ClassVar[str]

    @classmethod
    def _describes(cls, settings: Mapping[str, Any]) -> bool:
        return cls.kind in settings


class Sections(Settings):
    """A whole config: how it is read and written."""

    __slots__ = ()
    #: Sections whose keys are names, and the kinds of the tables that they name.
    _named: ClassVar[Mapping[str, Kinds]] = {}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """Make a config of nested dicts.

        Raises
        ------
        ConfigError
            If a key is unknown, with the nearest known one, or if a value is wrong.
        """
        made: dict[str, Any] = plain(settings)
        _core.check_settings(made)
        return cls._read(made)

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read the text of a config file. Raises ConfigError as :meth:`from_dict`, with the line."""
        return cls._read(_core.parse_settings(text))

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Self:
        """Read a config file, with paths of files beside it as seen from the working directory."""
        return cls._read(_core.load_settings(os.fspath(path)))

    def to_toml(self) -> str:
        """Return the config as the text of a config file. Raises ConfigError if a setting is wrong."""
        return _core.settings_to_toml(self.to_dict())

    def complete(self) -> Self:
        """Return the config with the defaults of all settings that are not set.

        Raises
        ------
        ConfigError
            If a setting is wrong, or if the settings do not make a model together.
        """
        return self._read(_core.complete_settings(self.to_dict()))

    @classmethod
    def _read(cls, settings: Mapping[str, Any]) -> Self:
        read = dict(settings)
        for section, kinds in cls._named.items():
            if section in read:
                read[section] = {name: _read(value, kinds) for name, value in read[section].items()}
        return super()._read(read)


#: The engine refuses settings that are nested deeper.
MOST_LEVELS = 64


def plain(value: Any, levels: int = MOST_LEVELS) -> Any:
    """A copy in which settings are dicts. What is nested too deeply is not copied."""
    if isinstance(value, Settings):
        return value.to_dict()
    if levels < 0:
        return value
    if isinstance(value, Mapping):
        return {key: plain(entry, levels - 1) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry, levels - 1) for entry in value]
    return value


def _read(value: Any, kinds: Kinds | None) -> Any:
    if kinds is None:
        return value
    if isinstance(value, list):
        return [_read(entry, kinds) for entry in value]
    if isinstance(value, Mapping):
        return next(kind for kind in kinds if kind._describes(value))._read(value)
    return value  # written as the value of one key


def _name(key: str) -> str:
    """The name of a key in Python: ``as_`` for ``as``."""
    return f"{key}_" if keyword.iskeyword(key) else key


def _key(name: str) -> str:
    return name.removesuffix("_")
