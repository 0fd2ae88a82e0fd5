"""The driver of a job: starts its ranks, follows their progress, and starts them again when one is lost."""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from shortlist._callbacks import Callback, Events
from shortlist._core import ConfigError, DataError, InternalError, Interrupted, SystemError
from shortlist._ranks.job import Attempt
from shortlist._ranks import storage
from shortlist._tables import warn

_LOOK_EVERY = 0.2  # seconds
_GRACE = 12.0  # seconds that ranks have to find out by themselves that one is lost

#: Runs all ranks of an attempt on an engine, and returns how those that came to their end ended.
Launch = Callable[[Attempt], Sequence[dict[str, Any]]]


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_hex(16)


def check_slots(ranks: int, slots: Callable[[], int], what: str, patience: float = 0.0) -> None:
    """Raise ConfigError if an engine would wait for slots that it does not have.

    ``patience`` is the time in seconds that a cluster has to replace a lost worker.
    """
    end = time.monotonic() + patience
    while (found := slots()) < ranks and time.monotonic() < end:
        time.sleep(_LOOK_EVERY)
    if ranks > found:
        raise ConfigError(f"ranks: got {ranks}, but the cluster has {found} {what}; need a slot for each rank")


class Driver:
    """Runs a job to its end.

    Parameters
    ----------
    first : Attempt
        The first attempt.
    launch : callable
        Runs an attempt on an engine.
    callbacks : list of Callback
        Called by rank 0's events.
    restarts : int
        How often all ranks are started again after one was lost.
    again : callable
        Waits until the cluster has room for another attempt, and returns its further arguments.
    """

    def __init__(
        self,
        first: Attempt,
        launch: Launch,
        callbacks: Sequence[Callback],
        restarts: int,
        again: Callable[[], Sequence[str]],
    ) -> None:
        self._first = first
        self._launch = launch
        self._restarts = restarts
        self._again = again
        self._events = Events(callbacks, "")
        self._begun = False
        #: How the attempts ended that lost a rank.
        self.lost: list[str] = []

    def run(self) -> None:
        """Run attempts until one succeeds.

        Raises
        ------
        ConfigError, DataError
            If a rank ended by a mistake that another attempt would repeat.
        SystemError
            If a rank was lost more often than there are restarts.
        Interrupted
            If a callback stopped the job.
        """
        attempt = self._first
        while (error := self._attempt(attempt)) is not None:
            self.lost.append(error)
            if attempt.number > self._restarts:
                raise SystemError(
                    f"{error}; gave up after {attempt.number} attempts, whose messages are in "
                    f"{os.path.dirname(attempt.folder)}"
                )
            warn([f"{error}; attempt {attempt.number + 1} begins at the last checkpoint"])
            arguments = (*self._first.arguments, *self._again())
            attempt = replace(attempt, number=attempt.number + 1, arguments=arguments)

    def _attempt(self, attempt: Attempt) -> str | None:
        """Run an attempt. Returns how it lost a rank, if it did."""
        os.makedirs(attempt.folder, exist_ok=True)
        thread = _Launching(self._launch, attempt)
        thread.start()
        follower = _Lines(attempt.file(0, "jsonl"))
        try:
            self._follow(attempt, thread, follower)
        except BaseException:
            _stop(attempt)
            thread.join()
            raise
        ends = _ends(attempt, thread.ends)
        if thread.error is None and len(ends) == attempt.ranks and not any(end["code"] for end in ends):
            return None
        _stop(attempt)  # survivors that have not noticed yet
        return _failure(attempt, ends, thread.error)

    def _follow(self, attempt: Attempt, thread: _Launching, lines: _Lines) -> None:
        failed_since: float | None = None
        while True:
            alive = thread.is_alive()
            for line in lines.read():
                self._event(line)
            if not alive:
                return
            if failed_since is None and any(end["code"] for end in _ends(attempt, ())):
                failed_since = time.monotonic()
            if failed_since is not None and time.monotonic() - failed_since > _GRACE:
                _stop(attempt)
            thread.join(_LOOK_EVERY)

    def _event(self, line: str) -> None:
        values = json.loads(line)
        event = values.pop("event")
        if event == "prepared" and self._begun:
            return
        if event == "epoch":
            if self._events.epochs and values["epoch"] <= self._events.epochs[-1].epoch:
                return  # from before the checkpoint
            values["parameters"] = None
        self._begun |= event == "prepared"
        answer = self._events(event, values)
        if answer is True:
            raise Interrupted("a callback stopped the training; its checkpoints are kept")
        if answer is not None:
            raise ConfigError("learning_rate: cannot be changed while ranks train")


class _Launching(threading.Thread):
    """The engine's work, so that this thread can follow it."""

    def __init__(self, launch: Launch, attempt: Attempt) -> None:
        super().__init__(name="shortlist-ranks", daemon=True)
        self._launch = launch
        self._attempt = attempt
        self.ends: Sequence[dict[str, Any]] = ()
        self.error: Exception | None = None

    def run(self) -> None:
        """Run the attempt."""
        try:
            self.ends = self._launch(self._attempt)
        except Exception as error:  # of any class: engines have their own
            self.error = error


class _Lines:
    """The complete lines of a file that grows."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._position = 0

    def read(self) -> list[str]:
        """Return the lines since the last call."""
        try:
            with open(self._path, "rb") as file:
                file.seek(self._position)
                content = file.read()
        except FileNotFoundError:
            return []
        whole = content[: content.rfind(b"\n") + 1]
        self._position += len(whole)
        return [line for line in whole.decode("utf-8", "replace").splitlines() if line.startswith("{")]


def _stop(attempt: Attempt) -> None:
    with open(attempt.stop, "ab"):
        pass


def _ends(attempt: Attempt, returned: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """How ranks ended: as the engine returned it, or as they wrote it."""
    ends = {end["rank"]: end for end in returned}
    for rank in range(attempt.ranks):
        if rank not in ends and os.path.exists(attempt.file(rank, "end")):
            ends[rank] = storage.read(attempt.file(rank, "end"))
    return [ends[rank] for rank in sorted(ends)]


def _failure(attempt: Attempt, ends: Sequence[dict[str, Any]], error: Exception | None) -> str:
    """The reason of a failed attempt. Raises it if another attempt would fail by it, too.

    A rank that was killed or whose worker is lost comes before its survivors, whose messages are about it.
    """
    ended = [end for end in ends if end["code"] and not end["stopped"]]
    for end in ended:
        kind: Any = {2: ConfigError, 3: DataError, 70: InternalError}.get(end["code"])
        if kind is not None:
            raise kind(f"rank {end['rank']} on {end['host']}: {end['error']}")
    by_signal = [end for end in ended if end["code"] < 0]
    if by_signal:
        return f"rank {by_signal[0]['rank']} on {by_signal[0]['host']} was {by_signal[0]['error']}"
    lost = sorted(set(range(attempt.ranks)) - {end["rank"] for end in ends})
    if lost:
        reason = f": {_first_line(error)}" if error is not None else ""
        whose = f"worker of rank {lost[0]} was" if len(lost) == 1 else f"workers of ranks {', '.join(map(str, lost))} were"
        return f"the {whose} lost{reason}"
    if ended:
        return f"rank {ended[0]['rank']} on {ended[0]['host']}: {ended[0]['error']}"
    return f"the engine failed: {_first_line(error)}"


def _first_line(error: Exception | None) -> str:
    """The first line of an engine's message that names an exception, which Spark's own first line does not."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return next((line for line in lines if re.search(r"(Exception|Error): ", line)), lines[0]).lstrip(": ")[:300]
