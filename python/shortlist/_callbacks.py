"""Callbacks during training, and the progress that is shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arguments import number
from shortlist._tables import warn


@dataclass(frozen=True)
class Step:
    """A step of training.

    Parameters
    ----------
    epoch, epochs : int
        The epoch, from 1, and how many there are.
    step, steps : int
        The step of the epoch, from 1, and how many there are.
    rows : int
        The rows of the epoch so far.
    learning_rate : float
        The learning rate of the step.
    metrics : dict
        Means over the epoch so far, such as ``loss``.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    rows: int
    learning_rate: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Epoch:
    """A finished epoch.

    Parameters
    ----------
    epoch : int
        The number of the epoch, from 1.
    learning_rate : float
        The learning rate at its end.
    train, validation : dict
        Metrics of the training rows, and of the validation rows if there are any.
    seconds : float
        How long it took.
    """

    epoch: int
    learning_rate: float
    train: Mapping[str, float]
    validation: Mapping[str, float]
    seconds: float


class Run:
    """The run that a callback is called for.

    Parameters
    ----------
    out : str
        The folder of the run.

    Attributes
    ----------
    data : dict
        Facts about the data: ``rows``, ``train``, ``validation``, ``test``, ``trained_parameters``, ...
    """

    def __init__(self, out: str) -> None:
        self.out = out
        self.data: dict[str, Any] = {}
        self._stop = False
        self._learning_rate: float | None = None
        self._changed_rate: float | None = None
        self._parameters: _core.Parameters | None = None

    def stop(self) -> None:
        """Stop after this step or epoch, and keep the state, from which ``resume=True`` continues."""
        self._stop = True

    @property
    def learning_rate(self) -> float | None:
        """The learning rate; set it to change the rate of the following steps."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._learning_rate = self._changed_rate = number(rate, "learning_rate")

    @property
    def parameters(self) -> dict[str, npt.NDArray[np.float32]]:
        """Copies of the model's parameters by name; only in ``on_epoch_end``."""
        if self._parameters is None:
            return {}
        return {name: self._parameters.get(name) for name in self._parameters.names()}


class Callback:
    """Override any of these methods. They are called on the thread that trains.

    Examples
    --------
    >>> class Log(Callback):
    ...     def on_epoch_end(self, run, epoch):
    ...         print(epoch.epoch, epoch.validation["rmse"])
    """

    #: Seconds between two calls of ``on_step_end``; 0 calls it after every step.
    step_interval: float = 0.0

    def on_train_begin(self, run: Run) -> None:
        """Act when rows are read and the model is built.

        Parameters
        ----------
        run : Run
            The run.
        """

    def on_step_end(self, run: Run, step: Step) -> None:
        """Act when a step ends.

        Parameters
        ----------
        run : Run
            The run.
        step : Step
            The step.
        """

    def on_epoch_end(self, run: Run, epoch: Epoch) -> None:
        """Act when an epoch ends.

        Parameters
        ----------
        run : Run
            The run, with the model's parameters.
        epoch : Epoch
            The epoch.
        """

    def on_train_end(self, run: Run, report: Mapping[str, Any]) -> None:
        """Act when the model is trained and evaluated.

        Parameters
        ----------
        run : Run
            The run.
        report : dict
            The evaluation, as ``Report.data``.
        """


def _overrides(callback: Callback, method: str) -> bool:
    return getattr(type(callback), method, None) is not getattr(Callback, method)


class Progress(Callback):
    """A line that shows the progress, on standard error."""

    step_interval = 0.1

    def __init__(self) -> None:
        self._width = 0
        self._start = time.monotonic()

    def _draw(self, text: str, end: str = "") -> None:
        padding = " " * max(0, self._width - len(text))
        sys.stderr.write(f"\r{text}{padding}{end}")
        sys.stderr.flush()
        self._width = 0 if end else len(text)

    def on_step_end(self, run: Run, step: Step) -> None:
        share = step.step / max(1, step.steps)
        done = round(20 * share)
        loss = step.metrics.get("loss")
        self._draw(
            f"epoch {step.epoch}/{step.epochs} [{'#' * done}{'.' * (20 - done)}] {share:4.0%}"
            + (f"  loss {loss:.4g}" if loss is not None else "")
        )

    def on_epoch_end(self, run: Run, epoch: Epoch) -> None:
        figures = epoch.validation or epoch.train
        names = [name for name in ("loss", "rmse", "top_10", "unseen_ndcg@10") if name in figures]
        text = "  ".join(f"{name} {figures[name]:.4g}" for name in names)
        self._draw(f"epoch {epoch.epoch}  {text}  {epoch.seconds:.1f} s", "\n")

    def on_train_end(self, run: Run, report: Mapping[str, Any]) -> None:
        if self._width:
            self._draw("", "\r")


def shows_progress(verbose: bool | None) -> bool:
    """Whether to show progress: as asked for, else on terminals and in notebooks."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules if verbose is None else verbose


class Events:
    """Passes the engine's events to callbacks."""

    def __init__(self, callbacks: Sequence[Callback], out: str) -> None:
        self.run = Run(out)
        self.epochs: list[Epoch] = []
        self._callbacks = list(callbacks)
        stepping = [c.step_interval for c in self._callbacks if _overrides(c, "on_step_end")]
        self.interval = min(stepping, default=0.05)

    def __call__(self, event: str, values: dict[str, Any]) -> Any:
        run = self.run
        if event == "warning":
            warn([values["message"]])
        elif event == "prepared":
            run.data = values
            for callback in self._callbacks:
                callback.on_train_begin(run)
        elif event == "step":
            run._learning_rate = values["learning_rate"]
            step = Step(**values)
            for callback in self._callbacks:
                if _overrides(callback, "on_step_end"):
                    callback.on_step_end(run, step)
        elif event == "epoch":
            run._parameters = values.pop("parameters")
            run._learning_rate = values["learning_rate"]
            epoch = Epoch(**values)
            self.epochs.append(epoch)
            for callback in self._callbacks:
                callback.on_epoch_end(run, epoch)
            run._parameters = None
        elif event == "learning_rate":
            run._learning_rate = values["to"]
        elif event == "evaluated":
            for callback in self._callbacks:
                callback.on_train_end(run, values["report"])
        changed, run._changed_rate = run._changed_rate, None
        return True if run._stop else changed
