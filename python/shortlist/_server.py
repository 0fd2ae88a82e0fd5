"""A server for a model, in a process of its own."""

from __future__ import annotations

import http.client
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.request
from types import TracebackType

from shortlist._core import ConfigError, DataError, SystemError


def program() -> str:
    """The path of the program ``shortlist`` that comes with the package."""
    return str(pathlib.Path(__file__).with_name("shortlist"))


def run_program(arguments: list[str]) -> str:
    """Run the program and return its output. Its errors are raised as the package's exceptions."""
    try:
        done = subprocess.run([program(), *arguments], capture_output=True, text=True, check=False)
    except OSError as error:
        raise SystemError(f"the program cannot be started: {error.strerror}") from None
    if done.returncode == 0:
        return done.stdout
    message = done.stderr.strip().removeprefix("shortlist: ").removeprefix("error: ")
    raise {2: ConfigError, 3: DataError}.get(done.returncode, SystemError)(message)


def check_port(address: str, port: int) -> None:
    """Raise SystemError if another program uses the port: its answers would be taken for the server's."""
    if port == 0:
        return
    try:
        with socket.create_connection((address.strip("[]"), port), timeout=1):
            pass
    except (OSError, UnicodeError, ValueError):
        return
    raise SystemError(f"{address}:{port} is in use by another program")


class Server:
    """A running server. Use it as a context manager, or call :meth:`stop`.

    ``model.serve(block=False)`` returns one.

    Parameters
    ----------
    arguments : list of str
        Arguments of ``shortlist serve``.
    url : str
        Its address, at which there is also a web page.
    log : path, optional
        A file for its log, which is on standard error by default.
    """

    def __init__(self, arguments: list[str], url: str, log: str | os.PathLike[str] | None = None) -> None:
        self.url = url
        command = [program(), "serve", *arguments]
        try:
            if log is None:
                self._process = subprocess.Popen(command)
            else:
                with open(log, "ab") as file:
                    self._process = subprocess.Popen(command, stdout=file, stderr=file)
        except OSError as error:
            raise SystemError(f"the server cannot be started: {error.strerror}") from None

    def wait_until_ready(self, timeout: float = 60.0) -> None:
        """Wait until it answers.

        Parameters
        ----------
        timeout : float
            The most seconds to wait.

        Raises
        ------
        SystemError
            If it ends, or does not answer in time.
        """
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise SystemError(f"the server ended with exit code {self._process.returncode}")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=1):
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
        self.stop()
        raise SystemError(f"{self.url} did not answer within {timeout:g} s")

    def wait(self) -> None:
        """Serve until the process is interrupted."""
        try:
            self._process.wait()
        except KeyboardInterrupt:
            self.stop()

    def stop(self) -> None:
        """Finish open requests and stop."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait()

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
