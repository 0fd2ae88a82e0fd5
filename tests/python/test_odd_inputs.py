"""Whatever is given to a public function, it works or says what is wrong, and the interpreter lives."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("scipy")

WORKER = pathlib.Path(__file__).with_name("odd_inputs.py")
GROUPS = ("recommend", "predict", "answers", "evaluate", "files", "config", "popularity", "tower", "train", "functions")
RAW = ("std::", "bad_cast", "incompatible function arguments", "nanobind", "basic_string", "vector::", "Unknown exception")


def fault_of(result: dict) -> str:
    """What is wrong with the outcome of a case, or ""."""
    if "kinds" not in result:
        return ""
    kinds, message = result["kinds"], result["message"]
    if kinds[0] == "LookupError" and message == "odd":
        return ""  # the argument's own exception
    if "InternalError" in kinds or not {"Error", "TypeError", "ValueError"} & set(kinds):
        return "a wrong kind of exception"
    if not message.strip() and "Error" not in kinds:
        return "no message"
    if any(raw in message for raw in RAW):
        return "a raw message"
    return ""


@pytest.mark.parametrize("group", GROUPS)
def test_odd_inputs_work_or_are_named(group, model, tmp_path):
    model.save(tmp_path / "films")
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONHASHSEED": "0", "MPLBACKEND": "agg"}
    done = subprocess.run(
        [sys.executable, WORKER, group], capture_output=True, text=True, errors="replace", env=environment
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"died in {lines[-1:]}:\n{done.stderr[-3000:]}"
    results = [line for line in lines if "case" in line]
    faults = [f"{fault}: {result}" for result in results if (fault := fault_of(result))]
    assert not faults, f"{len(faults)} of {len(results)}:\n" + "\n".join(faults)
    assert len(results) >= 100
