"""Pictures of a model: its layers, its history and its items."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import numpy.typing as npt

from shortlist._arguments import a_type
from shortlist._core import ConfigError


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


def plot_history(history: dict[str, Any], metric: str, ax: Any) -> Any:
    """Plot a metric over the epochs, and mark the epoch that was kept."""
    axes = _axes(ax)
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


def plot_items(vectors: npt.NDArray[np.float32], names: npt.NDArray[Any], labels: int, ax: Any) -> Any:
    """Plot vectors on their first two principal components, and name some that are far from one another."""
    axes = _axes(ax)
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, _, components = np.linalg.svd(centred, full_matrices=False)
    x, y = (centred @ components[:2].T).T if len(components) > 1 else (centred[:, 0], np.zeros(len(centred)))
    axes.scatter(x, y, s=3, alpha=0.25, linewidths=0)
    for item in _spread(np.column_stack([x, y]), min(labels, len(names))):
        name = str(names[item])
        axes.annotate(name if len(name) <= 28 else name[:27] + "…", (x[item], y[item]), fontsize=6.5, ha="center")
    axes.set_xticks([])
    axes.set_yticks([])
    return axes


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
        raise ConfigError(f"ax: got {a_type(given)}, need axes of matplotlib")
    return given


def _new_axes() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ConfigError("plots need matplotlib: pip install matplotlib") from error
    return plt.figure(figsize=(6, 4)).add_subplot()
