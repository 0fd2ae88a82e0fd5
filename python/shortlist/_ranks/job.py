"""A job of several ranks, and the process of one rank."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shortlist._core import Error
from shortlist._ranks import storage
from shortlist._server import program

_LOOK_EVERY = 0.2  # seconds
_TO_LEAVE = 5.0  # seconds that a rank has to end after its life line


@dataclass(frozen=True)
class Attempt:
    """One attempt of a job: a value that engines can pickle.

    Parameters
    ----------
    storage : str
        The folder that the driver and all workers share.
    token : str
        The name of the job, and the secret by which its ranks know each other.
    ranks : int
        The number of ranks.
    number : int
        The number of the attempt, from 1.
    arguments : tuple of str
        The arguments of the program.
    command : tuple of str
        The program, if it is not that of the worker's package.
    """

    storage: str
    token: str
    ranks: int
    number: int
    arguments: tuple[str, ...]
    command: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """The folder of what the ranks write for the driver."""
        return os.path.join(self.storage, storage.ATTEMPTS, str(self.number))

    @property
    def stop(self) -> str:
        """The file by which the driver ends the ranks."""
        return os.path.join(self.folder, "stop")

    def file(self, rank: int, end: str) -> str:
        """A file of a rank: its events (jsonl), its messages (err), or how it ended (end)."""
        return os.path.join(self.folder, f"rank-{rank}.{end}")

    def run(self, rank: int, meet: Sequence[Any], held: Meeting | None = None) -> dict[str, Any]:
        """Run a rank on a worker until it ends.

        Parameters
        ----------
        rank : int
            The rank, from 0.
        meet : (str, int)
            The address and port of rank 0.
        held : Meeting, optional
            The port, if this worker holds it.

        Returns
        -------
        dict
            How it ended: ``rank``, ``host``, ``code``, ``error``, and whether the driver ``stopped`` it. There is no exception, since engines would try
            the task again on its own.
        """
        end: dict[str, Any] = {"rank": rank, "host": socket.gethostname(), "code": 1, "error": "", "stopped": False}
        try:
            storage.check(self.storage, self.token)
            end["code"] = self._run(rank, meet, held)
            end["stopped"] = os.path.exists(self.stop)
            end["error"] = self._reason(rank, end["code"]) if end["code"] else ""
        except Error as error:
            return {**end, "code": 3, "error": str(error)}  # the folder may not be the driver's, so nothing is written
        except OSError as error:
            end["error"] = f"the rank cannot be started: {error}"
        storage.write(self.file(rank, "end"), end)
        return end

    def _run(self, rank: int, meet: Sequence[Any], held: Meeting | None) -> int:
        environment = {
            **os.environ,
            "SHORTLIST_RANK": str(rank),
            "SHORTLIST_RANKS": str(self.ranks),
            "SHORTLIST_MEET": f"[{meet[0]}]:{meet[1]}" if ":" in meet[0] else f"{meet[0]}:{meet[1]}",
            "SHORTLIST_JOB": self.token,  # not an argument, which other users of the machine could read
            "SHORTLIST_ATTEMPT": str(self.number),
            "SHORTLIST_LIFE_LINE": "1",
        }
        if held is not None:
            environment["SHORTLIST_MEET_FD"] = str(held.fileno())
        command = [*(self.command or (program(),)), *self.arguments]
        with open(self.file(rank, "jsonl"), "wb") as events, open(self.file(rank, "err"), "wb") as messages:
            # If this worker is killed, the pipe ends, and so does the rank.
            child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=events,
                stderr=messages,
                env=environment,
                pass_fds=() if held is None else (held.fileno(),),
                start_new_session=True,
            )
        if held is not None:
            held.close()
        try:
            while child.poll() is None and not os.path.exists(self.stop):
                time.sleep(_LOOK_EVERY)
        finally:
            _end(child)
        return child.returncode

    def _reason(self, rank: int, code: int) -> str:
        with open(self.file(rank, "err"), encoding="utf-8", errors="replace") as file:
            lines = [line.strip() for line in file if line.strip()]
        if code < 0:
            return f"ended by signal {-code}"
        if not lines:
            return f"ended with code {code}"
        return lines[-1].removeprefix("shortlist: ").removeprefix(f"rank {rank}: ").removeprefix("error: ")


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(_TO_LEAVE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


class Meeting:
    """The port at which the ranks of an attempt meet, held by the worker of rank 0 until its rank takes it over.

    Parameters
    ----------
    host : str
        The address of this machine by which the other workers reach it.
    """

    def __init__(self, host: str) -> None:
        self._socket = socket.create_server(("", 0), backlog=128)
        self.address = (host, int(self._socket.getsockname()[1]))

    def fileno(self) -> int:
        """The number of the socket's file."""
        return self._socket.fileno()

    def close(self) -> None:
        """Leave the port to the rank."""
        self._socket.close()
