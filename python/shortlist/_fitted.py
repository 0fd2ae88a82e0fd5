"""What a fitted model knows of itself, and how it reads queries and writes answers."""

from __future__ import annotations

import decimal
import os
import pathlib
import shutil
import tempfile
import uuid
import weakref
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._core import ConfigError, DataError
from shortlist._report import Report
from shortlist._tables import Kind, default_kind, is_series, kind_of, to_frame

Scalar = (str, int, float, np.generic, decimal.Decimal, uuid.UUID)


class Fitted:
    """A model of the engine, if there is one already."""

    _engine: _core.Model | None = None
    _kind: Kind | None = None

    def _open(self, path: str) -> None:
        self._engine = _core.Model(path)
        self._catalogue_columns: dict[str, Any] | None = None

    def _need(self) -> _core.Model:
        if self._engine is None:
            raise _not_fitted(self)
        return self._engine

    # Facts.

    @property
    def path_(self) -> str:
        """The folder that the model was loaded from."""
        return self._need().path

    @property
    def kind_(self) -> str:
        """The kind of model: "two_tower", "popularity", ..."""
        return self._need().kind

    @property
    def query_columns_(self) -> list[str]:
        """The columns that a query may have."""
        return self._need().query_columns

    @property
    def item_columns_(self) -> list[str]:
        """The columns by which an item is known."""
        return self._need().item_columns

    @property
    def labels_(self) -> list[str]:
        """The labels that the model predicts."""
        return self._need().labels

    @property
    def config_(self) -> dict[str, Any]:
        """The config that the model was trained with."""
        return self._need().config()

    @property
    def report(self) -> Report:
        """The evaluation at the end of training, beside simple baselines."""
        return Report(self._need().report())

    @property
    def history_(self) -> list[dict[str, Any]]:
        """The epochs, each with ``epoch``, ``learning_rate``, ``train`` and ``validation``."""
        epochs: list[dict[str, Any]] = self._need().history()["epochs"]
        return epochs

    @property
    def item_ids_(self) -> npt.NDArray[Any]:
        """The ids of all items, in the order of :meth:`embed_items`."""
        ids: npt.NDArray[Any] = self._catalogue()[self._need().id_column]
        return ids

    @property
    def items_(self) -> Any:
        """The catalogue as a frame: the id and the attributes of each item."""
        return to_frame(dict(self._catalogue()), self._frame_kind(None))

    def _file(self, name: str) -> str:
        file = pathlib.Path(self._need().path, name)
        if not file.exists():
            raise ConfigError(f"a model of kind \"{self.kind_}\" without towers has no layers")
        return file.read_text()

    # Queries and answers.

    def _frame_kind(self, data: Any) -> Kind:
        return (kind_of(data) if data is not None else None) or self._kind or default_kind()

    def _user_column(self, what: str) -> str:
        columns = self._need().query_columns
        if len(columns) == 1:
            return columns[0]
        user: str = self._need().config().get("data", {}).get("user", "")
        if user in columns:
            return user
        raise ConfigError(f"{what}: need a table with the query's columns ({', '.join(columns)}), not ids")

    def _queries(self, queries: Any) -> Any:
        """Queries as a dict of values, a dict of lists or a table."""
        if _is_scalar(queries) and not _is_file(queries):
            return {self._user_column("queries"): queries}
        if isinstance(queries, Mapping):
            return {name: list(values) if isinstance(values, Iterator) else values for name, values in queries.items()}
        if is_series(queries):
            return {self._user_column("queries"): queries}
        if isinstance(queries, np.ndarray) and not queries.dtype.names:
            return {self._user_column("queries"): queries}
        if isinstance(queries, (Sequence, Set, Iterator)) and not isinstance(queries, (str, bytes)):
            queries = list(queries)
            if not queries:
                raise DataError("the queries: got nothing, need at least one")
            if not any(isinstance(query, Mapping) for query in queries):
                return {self._user_column("queries"): queries}
        return queries

    def _catalogue(self) -> dict[str, Any]:
        """The id and attributes of all items as arrays, made on first use."""
        if self._catalogue_columns is None:
            engine = self._need()
            columns: dict[str, Any] = {engine.id_column: np.asarray(engine.item_ids())}
            if columns[engine.id_column].dtype.kind == "U":
                columns[engine.id_column] = columns[engine.id_column].astype(object)
            for name, kind, values in engine.attributes():
                columns[name] = _attribute(kind, values)
            self._catalogue_columns = columns
        return self._catalogue_columns

    def _add_items(
        self,
        columns: dict[str, Any],
        items: npt.NDArray[np.uint32],
        scores: dict[str, Any] | None = None,
        similarities: Any = None,
        attributes: bool = True,
    ) -> None:
        engine = self._need()
        catalogue = self._catalogue()
        _add(columns, engine.id_column, catalogue[engine.id_column][items], "item_")
        if scores is not None:
            if engine.has_scores:
                _add(columns, "score", scores["score"], "item_")
            for label, values in zip(engine.labels, scores["predictions"]):
                _add(columns, f"predicted_{label}", values, "item_")
        if similarities is not None:
            columns["similarity"] = similarities
        if attributes:
            names = [name for name in catalogue if name != engine.id_column]
            names.sort(key=lambda name: name != engine.display)  # the title first
            for name in names:
                _add(columns, name, catalogue[name][items], "item_")

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in self.__dict__.items() if name not in _NOT_PICKLED}
        if self._engine is not None:
            folder = pathlib.Path(self._engine.path)
            files = [file for file in sorted(folder.iterdir()) if file.is_file()]
            state["_files"] = {file.name: file.read_bytes() for file in files}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        files = state.pop("_files", None)
        self.__dict__.update(state)
        if files is not None:
            folder = own_folder(self)
            for name, content in files.items():
                (pathlib.Path(folder) / name).write_bytes(content)
            self._open(folder)


_NOT_PICKLED = ("_engine", "_catalogue_columns", "_folder")


def own_folder(owner: Any) -> str:
    """A new folder that is removed with its owner."""
    folder = tempfile.mkdtemp(prefix="shortlist-")
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    return folder


def _not_fitted(model: Any) -> Exception:
    message = f"this {type(model).__name__} is not fitted yet: call fit first"
    try:
        from sklearn.exceptions import NotFittedError
    except ImportError:
        return ConfigError(message)

    class NotFitted(ConfigError, NotFittedError):  # type: ignore[misc]
        """A ConfigError that scikit-learn recognises."""

    return NotFitted(message)


def _is_scalar(value: Any) -> bool:
    is_missing = value is None or type(value).__name__ == "NAType"
    return is_missing or isinstance(value, Scalar) or hasattr(type(value), "isoformat")


def _is_file(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    text = value.lstrip(" \t\r\n(").lower()
    return os.path.exists(value) or text.startswith(("select ", "select\n", "with ", "with\n"))


def _add(columns: dict[str, Any], name: str, values: Any, prefix: str) -> None:
    while name in columns:
        name = prefix + name
    columns[name] = values


def _attribute(kind: str, values: list[Any]) -> npt.NDArray[Any]:
    if kind == "number":
        whole = all(isinstance(value, int) for value in values)
        return np.array([np.nan if value is None else value for value in values], np.int64 if whole else np.float64)
    if kind == "time":
        seconds = [np.datetime64("NaT") if v is None else np.datetime64(round(v * 1e6), "us") for v in values]
        return np.array(seconds, "datetime64[us]")
    array = np.empty(len(values), object)
    array[:] = values
    return array
