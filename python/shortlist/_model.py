"""A trained model."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arguments import ids, text, texts, whole
from shortlist._core import ConfigError, DataError
from shortlist._fitted import _is_scalar
from shortlist._keeping import Kept
from shortlist._pictures import Graph, Summary, plot_history, plot_items
from shortlist._report import Report
from shortlist._tables import take, to_frame, to_table, warn


def load(path: str | os.PathLike[str]) -> Model:
    """Load a model that :meth:`Model.save` or ``shortlist train`` has written.

    Parameters
    ----------
    path : path
        The folder of the model (its bundle), or an address such as s3://bucket/models/anime, from which the program
        curl or rclone fetches it into a cache.

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


class Model(Kept):
    """A trained model: answers, measures, saves and serves.

    :func:`load` and :func:`train` return models; estimators such as :class:`TwoTower` are models once they are
    fitted.
    """

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
            missing values. A history is a list of item ids, oldest first. A dict that contains a list is a table, so
            a history in it is a list of lists: ``{"history": [[318, 296]]}``.
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
        self,
        data: Any = None,
        *,
        items: Any = None,
        users: Any = None,
        split: str = "",
        threads: int = 0,
        by: str | Sequence[str] = (),
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
        by : str or sequence of str
            Columns of the table, or "new_users", "new_items" or "popularity", by which the figures of segments are
            measured as well: ``report.data["segments"]``.

        Returns
        -------
        Report
            The metrics, beside those of the model's baselines.
        """
        trained_on = self.config_.get("data", {}).get("table", "")
        if data is None and trained_on == "the data" and not os.path.exists(trained_on):
            raise ConfigError("the model was trained on a table in memory; give data=...")
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
        segments = [by] if isinstance(by, str) else list(by)
        return Report(_core.evaluate(self._need().path, rows, sides[0], sides[1], split, threads, segments))

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
        return plot_history(self._need().history(), text(metric, "metric"), ax)

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
        names = self._catalogue()[self._need().display or self._need().id_column]
        return plot_items(self.embed_items(), names, named, ax)
