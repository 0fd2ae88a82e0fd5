"""A trained model."""

from __future__ import annotations

import html
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
from shortlist._arguments import ids, text, texts, whole
from shortlist._core import ConfigError, DataError, SystemError
from shortlist._report import Report
from shortlist._server import Server, run_program
from shortlist._tables import Kind, default_kind, is_series, kind_of, take, to_frame, to_table, warn

Scalar = (str, int, float, np.generic, decimal.Decimal, uuid.UUID)


def load(path: str | os.PathLike[str]) -> Model:
    """Load a model that :meth:`Model.save` or ``shortlist train`` has written.

    Parameters
    ----------
    path : path
        The folder of the model (its bundle).

    Returns
    -------
    Model
        The model.

    Raises
    ------
    DataError
        If the folder has no model, or if a file of it is damaged.
    """
    model = Model()
    model._open(os.fspath(path))
    return model


class Model:
    """A trained model: answers, measures, saves and serves.

    :func:`load` and :func:`train` return models; estimators such as :class:`TwoTower` are models once they are
    fitted.
    """

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

    def summary(self) -> Summary:
        """Return the layers with their sizes.

        Returns
        -------
        Summary
            A text, which also shows itself in a notebook.
        """
        return Summary(self._file("summary.txt"))

    def graph(self) -> Graph:
        """Return a picture of the layers.

        Returns
        -------
        Graph
            An SVG, which shows itself in a notebook.
        """
        return Graph(self._file("model.svg"))

    def _file(self, name: str) -> str:
        file = pathlib.Path(self._need().path, name)
        if not file.exists():
            raise ConfigError(f"a model of kind \"{self.kind_}\" without towers has no layers")
        return file.read_text()

    @property
    def item_ids_(self) -> npt.NDArray[Any]:
        """The ids of all items, in the order of :meth:`embed_items`."""
        ids: npt.NDArray[Any] = self._catalogue()[self._need().id_column]
        return ids

    @property
    def items_(self) -> Any:
        """The catalogue as a frame: the id and the attributes of each item."""
        return to_frame(dict(self._catalogue()), self._frame_kind(None))

    # Answers.

    def recommend(
        self,
        queries: Any,
        k: int = 10,
        *,
        offset: int = 0,
        where: str | Sequence[str] = (),
        exclude: Sequence[Any] = (),
        allow: Sequence[Any] | None = None,
        seen: str | None = None,
        order: str | None = None,
        blend: float | None = None,
        retrieve: int = 0,
        attributes: bool = True,
        threads: int = 0,
    ) -> Any:
        """Recommend items for queries.

        Parameters
        ----------
        queries : id, list of ids, dict or table
            Users by their ids if the user is a column of the query, such as ``[1, 2, 3]``; or the query's columns:
            a dict of values, a dict of lists, or a table with a row for each query. Columns that are not given are
            missing values.
        k : int
            The number of items for each query.
        offset : int
            The number of items to skip, for further pages of the same list.
        where : str or list of str
            Conditions on attributes: ``"year>=1990"``, ``"genres~Comedy"``. All must hold.
        exclude, allow : list of ids
            Items to leave out, and the only items to recommend.
        seen : {"drop", "keep"}, optional
            Whether to leave out what the user has in the training rows. The config decides by default.
        order : {"score", "predicted", "blend"}, optional
            The order of the list. The model's own by default.
        blend : float, optional
            The share of the predicted label in ``order="blend"``.
        retrieve : int
            The number of items that retrieval hands to the ranking; 0 leaves it to the model.
        attributes : bool
            Whether to add the items' attributes.
        threads : int
            0 uses all processors.

        Returns
        -------
        frame
            A row for each item: the query's columns, ``rank``, the item's id, ``score``, ``predicted_LABEL`` for
            each label, and the attributes. Of pandas for queries of pandas, of polars for polars, else of the
            library that the model was fitted with.
        """
        engine = self._need()
        settings: dict[str, Any] = {
            "k": k,
            "offset": offset,
            "where": [where] if isinstance(where, str) else texts(where, "where"),
            "exclude": ids(exclude, "exclude"),
            "allow": None if allow is None else ids(allow, "allow"),
            "seen": seen,
            "order": order,
            "blend": blend,
            "retrieve": retrieve,
        }
        given = self._queries(queries)
        if isinstance(given, dict) and all(_is_scalar(value) for value in given.values()):
            answer = engine.recommend_one(given, settings)
            columns: dict[str, Any] = {name: [value] * len(answer["item"]) for name, value in given.items()}
        else:
            answer = engine.recommend(to_table(given, "the queries"), settings, threads)
            columns = take(given, answer["query"], engine.query_columns)
            if not columns:
                columns = {"query": answer["query"]}
        warn(answer["notes"])
        columns["rank"] = answer["rank"]
        self._add_items(columns, answer["item"], scores=answer, attributes=attributes)
        return to_frame(columns, self._frame_kind(queries))

    def predict(self, pairs: Any, *, raw: bool = False, threads: int = 0) -> Any:
        """Predict the labels of pairs of a query and an item.

        Parameters
        ----------
        pairs : table, dict or list of (query, item)
            The columns of the query and of the item, or pairs of a user's id and an item's id. A dict of values is
            one pair.
        raw : bool
            Whether predictions may leave the range that the label has in training.
        threads : int
            0 uses all processors.

        Returns
        -------
        ndarray of float32, shape (rows,) or (rows, labels)
            A float, or an array of a float for each label, for one pair.
        """
        engine = self._need()
        if not engine.labels:
            raise ConfigError("the model predicts no label: it has no [[ranking]] task")
        if isinstance(pairs, Mapping) and all(_is_scalar(value) for value in pairs.values()):
            return self._predict_one(pairs, raw)
        if isinstance(pairs, Sequence) and pairs and isinstance(pairs[0], (tuple, list)):
            column = self._user_column("pairs")
            if any(len(pair) != 2 for pair in pairs):
                raise DataError("the pairs: each needs two values, a query and an item")
            pairs = {column: [pair[0] for pair in pairs], engine.id_column: [pair[1] for pair in pairs]}
            if engine.item_columns != [engine.id_column]:
                return self._predict_each(pairs, raw)
        answer = engine.predict(to_table(pairs, "the pairs"), threads, raw)
        warn(answer["notes"])
        columns = answer["predictions"]
        return columns[0] if len(columns) == 1 else np.stack(columns, axis=1)

    def _predict_one(self, pair: Mapping[str, Any], raw: bool) -> Any:
        engine = self._need()
        known = set(engine.item_columns) | {engine.id_column}
        query = {name: value for name, value in pair.items() if name not in known or name in engine.query_columns}
        item = {name: value for name, value in pair.items() if name in known}
        values = engine.predict_one(query, item, raw)
        return values[0] if len(values) == 1 else np.array(values, np.float32)

    def _predict_each(self, pairs: dict[str, Any], raw: bool) -> Any:
        names = list(pairs)
        rows = [self._predict_one(dict(zip(names, row)), raw) for row in zip(*pairs.values())]
        return np.array(rows, np.float32)

    def similar(self, item: Any, k: int = 10, *, by: str = "learned", attributes: bool = True) -> Any:
        """Find items that are similar to an item.

        Parameters
        ----------
        item : id
            The item's id, or the title by which people know it if the model has one.
        k : int
            The number of items.
        by : {"learned", "jaccard", "cosine"}
            learned: cosine of the items' vectors; jaccard: equal attributes; cosine: users' ratings.
        attributes : bool
            Whether to add the items' attributes.

        Returns
        -------
        frame
            ``rank``, the id, ``similarity`` and the attributes, most similar first.
        """
        items, similarities = self._need().similar(item, by, k)
        columns: dict[str, Any] = {"rank": np.arange(1, len(items) + 1)}
        self._add_items(columns, items, similarities=similarities, attributes=attributes)
        return to_frame(columns, self._frame_kind(None))

    def embed_queries(self, queries: Any, *, threads: int = 0) -> npt.NDArray[np.float32]:
        """Return the vectors of queries.

        Parameters
        ----------
        queries : id, list of ids, dict or table
            As for :meth:`recommend`.
        threads : int
            0 uses all processors.

        Returns
        -------
        ndarray of float32, shape (rows, width)
            A row for each query.
        """
        given = self._queries(queries)
        if isinstance(given, dict) and all(_is_scalar(value) for value in given.values()):
            given = {name: [value] for name, value in given.items()}
        return self._need().embed_queries(to_table(given, "the queries"), threads)

    def embed_items(self) -> npt.NDArray[np.float32]:
        """Return the vectors of all items.

        Returns
        -------
        ndarray of float32, shape (items, width)
            A row for each item, in the order of ``item_ids_``.
        """
        return self._need().embed_items()

    def evaluate(
        self, data: Any = None, *, items: Any = None, users: Any = None, split: str = "", threads: int = 0
    ) -> Report:
        """Measure the model on rows of a table.

        Parameters
        ----------
        data : table, optional
            The rows; by default the files that the model was trained on.
        items, users : table, optional
            Tables of items and users, if the model was trained with them.
        split : {"", "train", "validation", "test", "all"}
            Which rows. By default, the test rows of the table that the model was trained on, and all rows of any
            other table.
        threads : int
            0 uses all processors.

        Returns
        -------
        Report
            The metrics, beside those of the model's baselines.
        """
        given = {"items": items, "users": users}
        for name, table in given.items():
            given[name] = getattr(self, name, None) if table is None else table
            source = self.config_.get(name, {}).get("table", "")
            if data is not None and given[name] is None and source == name and not os.path.exists(source):
                raise ConfigError(f"{name}: the model was trained with a table of {name} in memory; give {name}=...")
        rows, *sides = (
            None if table is None else to_table(table, name)
            for name, table in {"the data": data, **given}.items()
        )
        return Report(_core.evaluate(self._need().path, rows, sides[0], sides[1], split, threads))

    # Keeping and serving.

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Save the model to a folder, which :func:`load` and the command line read.

        The folder gets its name when it is complete.

        Parameters
        ----------
        path : path
            The folder.
        overwrite : bool
            Whether to replace a folder that exists.

        Raises
        ------
        ConfigError
            If the folder exists, unless ``overwrite`` is set.
        """
        engine, target = self._need(), pathlib.Path(text(os.fspath(path), "path"))
        try:
            if target.exists() and not overwrite:
                raise ConfigError(f"{target}: is there already; give overwrite=True to replace it")
            target.parent.mkdir(parents=True, exist_ok=True)
            scratch = pathlib.Path(tempfile.mkdtemp(prefix=".shortlist-", dir=target.parent))
        except OSError as error:
            raise SystemError(f"{target}: cannot be written: {error.strerror}") from None
        try:
            made = scratch / "model"
            shutil.copytree(engine.path, made, ignore=shutil.ignore_patterns("run"))
            _core.replace_folder(str(made), str(target))
        except OSError as error:
            if isinstance(error, SystemError):
                raise
            raise SystemError(f"{target}: cannot be written: {error.strerror or error}") from None
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def export(self, path: str | os.PathLike[str], *, to: str, arguments: Sequence[str] = ()) -> None:
        """Write the model in the format of another tool.

        Parameters
        ----------
        path : path
            The file or folder to write.
        to : {"onnx", "safetensors", "tensorflow", "npy", "faiss", "hnswlib", "word2vec", "parquet"}
            The format: see ``docs/reference/export.md``.
        arguments : list of str
            Further arguments of ``shortlist export``.
        """
        target = text(os.fspath(path), "path")
        command = ["export", self._need().path, "--to", text(to, "to"), "--out", target]
        run_program([*command, *texts(arguments, "arguments")])

    def serve(
        self,
        port: int = 8080,
        *,
        address: str = "127.0.0.1",
        arguments: Sequence[str] = (),
        log: str | os.PathLike[str] | None = None,
        block: bool = True,
    ) -> Server:
        """Serve the model over HTTP, with a web page, in a process of its own.

        Parameters
        ----------
        port : int
            The port.
        address : str
            The address; others than this machine's own need keys: see ``shortlist help serve``.
        arguments : list of str
            Further arguments of ``shortlist serve``.
        log : path, optional
            A file for the server's log, which is on standard error by default.
        block : bool
            Whether to wait until it is interrupted. Otherwise returns when the server answers.

        Returns
        -------
        Server
            The running server.
        """
        engine, host = self._need(), text(address, "address")
        host = f"[{host}]" if ":" in host else host
        number = whole(port, "port", 0, 65535)
        command = [engine.path, "--address", address, "--port", str(number), *texts(arguments, "arguments")]
        server = Server(command, f"http://{host}:{number}", log)
        if block:
            server.wait()
        else:
            server.wait_until_ready()
        return server

    # Pictures.

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(repr(self))}</code>" + ("" if self._engine is None else self.report._repr_html_())

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.kind_}, {len(self.item_ids_):,} items>" if self._engine else super().__repr__()

    def plot_history(self, metric: str = "loss", ax: Any = None) -> Any:
        """Plot a metric over the epochs with matplotlib, and mark the epoch that was kept.

        Parameters
        ----------
        metric : str
            The metric, such as "loss" or "rmse".
        ax : matplotlib.axes.Axes, optional
            Where to plot; new axes by default.

        Returns
        -------
        matplotlib.axes.Axes
            The axes.
        """
        metric = text(metric, "metric")
        axes = _axes(ax)
        history = self._need().history()
        epochs = history["epochs"]
        for part in ("train", "validation"):
            points = [(epoch["epoch"], epoch[part][metric]) for epoch in epochs if metric in epoch.get(part, {})]
            if points:
                axes.plot(*zip(*points), marker="o", markersize=3, label=part)
        if not axes.lines:
            known = sorted({name for epoch in epochs for name in epoch["train"]})
            raise ConfigError(f"the history has no metric '{metric}' (metrics: {', '.join(known)})")
        kept = history.get("kept_epoch")
        if kept is not None:
            axes.axvline(kept, color="gray", linewidth=0.8, linestyle=":", label=f"kept: epoch {kept}")
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_ylabel(metric)
        axes.legend(frameon=False)
        return axes

    def plot_items(self, labels: int = 20, ax: Any = None) -> Any:
        """Plot the items' vectors on their first two principal components.

        Parameters
        ----------
        labels : int
            The number of items to name, far from one another.
        ax : matplotlib.axes.Axes, optional
            Where to plot; new axes by default.

        Returns
        -------
        matplotlib.axes.Axes
            The axes.
        """
        named = whole(labels, "labels", 0, 1_000_000)
        axes = _axes(ax)
        vectors = self.embed_items().astype(np.float64)
        centred = vectors - vectors.mean(axis=0)
        _, _, components = np.linalg.svd(centred, full_matrices=False)
        x, y = (centred @ components[:2].T).T if len(components) > 1 else (centred[:, 0], np.zeros(len(centred)))
        axes.scatter(x, y, s=3, alpha=0.25, linewidths=0)
        names = self._catalogue()[self._need().display or self._need().id_column]
        for item in _spread(np.column_stack([x, y]), min(named, len(names))):
            name = str(names[item])
            axes.annotate(name if len(name) <= 28 else name[:27] + "…", (x[item], y[item]), fontsize=6.5, ha="center")
        axes.set_xticks([])
        axes.set_yticks([])
        return axes

    # Helpers.

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


class Summary(str):
    """The layers of a model as text."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self)}</pre>"


class Graph(str):
    """A picture of a model's layers: an SVG."""

    def __repr__(self) -> str:
        return f"<Graph: {len(self):,} characters of SVG>"

    def _repr_svg_(self) -> str:
        return str(self)


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


def _spread(points: npt.NDArray[np.float64], count: int) -> list[int]:
    """Positions of points that are far from one another: each the farthest from those before."""
    chosen = [0] if count else []
    distance = np.full(len(points), np.inf)
    while len(chosen) < count:
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
        chosen.append(int(np.argmax(distance)))
    return chosen


def _axes(given: Any) -> Any:
    if given is None:
        return _new_axes()
    if not hasattr(type(given), "plot"):
        raise ConfigError(f"ax: got a {type(given).__name__}, need axes of matplotlib")
    return given


def _new_axes() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ConfigError("plots need matplotlib: pip install matplotlib") from error
    return plt.figure(figsize=(6, 4)).add_subplot()
