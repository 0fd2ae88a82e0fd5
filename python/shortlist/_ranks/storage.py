"""The folder that the driver and all workers of a job share."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import socket
from typing import Any

from shortlist._core import DataError, SystemError

#: The folder of what the ranks of each attempt write for the driver.
ATTEMPTS = "attempts"
_MARK = "job.json"


def begin(folder: str, token: str) -> None:
    """Make the folder, and a file by which workers know that they see the same one."""
    try:
        os.makedirs(folder, exist_ok=True)
        shutil.rmtree(os.path.join(folder, ATTEMPTS), ignore_errors=True)  # of an earlier job
    except OSError as error:
        raise SystemError(f"storage: {folder}: cannot be made: {error.strerror}") from None
    write(os.path.join(folder, _MARK), {"fingerprint": token})


def check(folder: str, token: str) -> None:
    """Raise DataError if this machine sees another folder than the driver."""
    try:
        found = read(os.path.join(folder, _MARK))["fingerprint"]
    except (OSError, ValueError, KeyError):
        found = None
    if found != token:
        raise DataError(
            f"storage: {folder} on {socket.gethostname()} is not the driver's folder; need a folder that the driver "
            "and all workers share"
        )


def write(path: str, value: Any) -> None:
    """Write JSON. Readers see all of it or nothing."""
    scratch = f"{path}.{socket.gethostname()}-{os.getpid()}.part"
    pathlib.Path(scratch).write_text(json.dumps(value), encoding="utf-8")
    os.replace(scratch, path)


def read(path: str) -> Any:
    """Read JSON."""
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
