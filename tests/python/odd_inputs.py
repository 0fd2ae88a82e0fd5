"""Calls public functions with odd arguments, in a process of its own, so that an abort is seen: see test_odd_inputs.py.

    TMPDIR=FOLDER odd_inputs.py GROUP

FOLDER has the model `films`. Writes a line of JSON before and after each case: its name, and what it raised.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

from odd_cases import GROUPS

LONGEST_CASE_S = 120


def run(case: Callable[[], Any]) -> dict[str, Any]:
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            case()
    except BaseException as error:
        try:
            message = str(error)
        except BaseException:
            message = ""
        kinds = [kind.__name__ for kind in type(error).__mro__]
        where = []
        trace = error.__traceback__
        while trace is not None:
            where.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
            trace = trace.tb_next
        return {"kinds": kinds, "message": message[:2000], "where": where[-4:]}
    return {}


def main() -> None:
    warnings.simplefilter("ignore")
    lines = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a server prints
    for name, case in GROUPS[sys.argv[1]]():
        print(json.dumps({"begins": name}), file=lines, flush=True)
        faulthandler.dump_traceback_later(LONGEST_CASE_S, exit=True)
        result = run(case)
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps({"case": name, **result}), file=lines, flush=True)


if __name__ == "__main__":
    main()
