"""The hot paths take no more instructions than they did: counted by callgrind, since times are noisy.

The counts are those of COMPILER and of AVX2, which is what valgrind offers of a newer processor. A path may grow by
5 %; where a change is meant, or makes a path shorter by more than that, write the new count here. Another compiler's
code is not compared: its counts differ by more than that.
"""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

PROGRAM = pathlib.Path(os.environ["SHORTLIST"]).parent / "instructions"
COMPILER = "g++ 12"
TOLERANCE = 0.05
COUNTS = {
    "product": 786_793,
    "product_gradient": 810_843,
    "optimizer": 79_969,
    "step": 12_766_740,
}


def count(case, folder):
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*measure*",
         f"--callgrind-out-file={folder}/out", str(PROGRAM), case],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def needed_compiler():
    """Skips with the reason where another compiler built the program."""
    found = subprocess.run([PROGRAM, "compiler"], capture_output=True, text=True, check=True).stdout.strip()
    if found != COMPILER:
        pytest.skip(f"the counts are for {COMPILER}, but {found} built the program")


@pytest.mark.skipif(not shutil.which("valgrind"), reason="valgrind is absent")
@pytest.mark.skipif("avx2" not in pathlib.Path("/proc/cpuinfo").read_text(), reason="no AVX2: another path is taken")
@pytest.mark.parametrize("case", COUNTS)
def test_a_hot_path_takes_as_many_instructions_as_before(case, tmp_path):
    needed_compiler()
    got, expected = count(case, tmp_path), COUNTS[case]
    assert abs(got - expected) <= TOLERANCE * expected, f"{case}: {got} instructions, {got / expected:.2f} times"
