"""The evaluation of a model, beside its baselines."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from shortlist import _core
from shortlist._doctor import Finding
from shortlist._tables import Kind, default_kind, to_frame


def _number(value: float | None) -> str:
    if value is None:
        return ""
    magnitude = abs(value)
    if magnitude >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if magnitude >= 1 or value == 0 else f"{value:.3f}"


class _UnknownMetric(_core.ConfigError, KeyError):
    """A KeyError as well, since it comes from a subscript."""

    __str__ = Exception.__str__  # KeyError's would quote the message


class Report:
    """Metrics of a model on rows that it was not trained on, with 95 % intervals and simple baselines.

    Shows itself as a table in a notebook and as text elsewhere.

    Parameters
    ----------
    data : dict
        All figures, as ``shortlist evaluate --format json`` prints them.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    @property
    def verdict(self) -> list[str]:
        """Sentences that say whether the model beats its baselines."""
        return list(self.data.get("verdict", []))

    @property
    def rows(self) -> int:
        """The number of rows that were evaluated."""
        return int(self.data["rows"])

    @property
    def split(self) -> str:
        """Which rows these were: "test", "validation", "train" or "all"."""
        return str(self.data["split"])

    @property
    def findings(self) -> list[Finding]:
        """What :func:`shortlist.doctor` found about the table that the model was trained on."""
        return [Finding(**finding) for finding in self.data.get("findings", [])]

    def __getitem__(self, metric: str) -> float:
        """The model's value of a metric, such as ``report["rmse"]`` or ``report["unseen_ndcg@10"]``.

        Raises
        ------
        ConfigError
            If the report has no such metric. It is a KeyError, too.
        """
        if not isinstance(metric, str):
            raise _UnknownMetric(f"the name of a metric is a text, got {type(metric).__name__}")
        names: list[str] = []
        for task in self._tasks():
            if metric in task["model"]:
                return float(task["model"][metric]["value"])
            names += task["model"]
        near = _core.nearest(metric, names)
        known = ", ".join(dict.fromkeys(names))
        hint = f"; did you mean '{near}'?" if near else ""
        raise _UnknownMetric(f"the report has no metric '{metric}'{hint} (metrics: {known})")

    def get(self, metric: str) -> float | None:
        """Return the model's value of a metric, or None if the report does not have it.

        Parameters
        ----------
        metric : str
            The metric's name.

        Returns
        -------
        float or None
            The value.
        """
        return self[metric] if any(metric in task["model"] for task in self._tasks()) else None

    def _tasks(self) -> list[dict[str, Any]]:
        tasks = list(self.data.get("tasks", []))
        if self.data.get("list"):
            tasks.append({"task": "list", **self.data["list"]})
        return [task for task in tasks if "model" in task]

    def _lines(self) -> Iterator[tuple[str, str, dict[str, Any], dict[str, float]]]:
        """(task, metric, the model's value and interval, the baselines' values)."""
        for task in self._tasks():
            for metric, value in task["model"].items():
                baselines = {
                    baseline["name"]: baseline["figures"][metric]["value"]
                    for baseline in task.get("baselines", [])
                    if metric in baseline["figures"]
                }
                yield task["task"], metric, value, baselines

    def to_frame(self, kind: Kind | None = None) -> Any:
        """Return all metrics as a frame.

        Parameters
        ----------
        kind : {"pandas", "polars", "arrow", "dict"}, optional
            The kind of frame; by default of a library that is loaded or installed.

        Returns
        -------
        frame
            ``task``, ``metric``, ``model``, ``low`` and ``high`` of its interval, and a column for each baseline.
        """
        lines = list(self._lines())
        names = list(dict.fromkeys(name for *_, baselines in lines for name in baselines))
        nan = float("nan")
        columns: dict[str, Any] = {
            "task": [task for task, *_ in lines],
            "metric": [metric for _, metric, *_ in lines],
            "model": [value["value"] for *_, value, _ in lines],
            "low": [(value.get("interval") or {}).get("low", nan) for *_, value, _ in lines],
            "high": [(value.get("interval") or {}).get("high", nan) for *_, value, _ in lines],
        }
        for name in names:
            columns[name] = [baselines.get(name, nan) for *_, baselines in lines]
        return to_frame(columns, kind or default_kind())

    def __repr__(self) -> str:
        head = f"{self.split}: {self.rows:,} rows"
        return "\n".join([head, *self.verdict])

    def _repr_html_(self) -> str:
        escape = html.escape
        shown = [line for line in self._lines() if not line[1].startswith("keras_")]
        names = list(dict.fromkeys(name for *_, baselines in shown for name in baselines))
        cells = "".join(f"<th>{escape(name)}</th>" for name in ["", "model", "95 % interval", *names])
        rows, before = [], None
        for task, metric, value, baselines in shown:
            if task != before:
                rows.append(f'<tr><th colspan="{3 + len(names)}" style="text-align:left">{escape(task)}</th></tr>')
                before = task
            interval = value.get("interval")
            span = f"{_number(interval['low'])} to {_number(interval['high'])}" if interval else ""
            others = "".join(f"<td>{_number(baselines.get(name))}</td>" for name in names)
            rows.append(
                f"<tr><td style='text-align:left'>{escape(metric)}</td><td><b>{_number(value['value'])}</b></td>"
                f"<td>{span}</td>{others}</tr>"
            )
        verdict = "".join(f"<p style='margin:.2em 0'>{escape(sentence)}</p>" for sentence in self.verdict)
        return (
            f"<div><p style='margin:.2em 0'>{escape(self.split)}: {self.rows:,} rows</p>{verdict}"
            f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )
