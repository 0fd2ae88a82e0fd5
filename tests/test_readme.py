"""The README's commands do what it says.

Every `console` block is run in one folder, in order: lines that start with "$ ". A block that needs the anime table is skipped,
saying so, where the table is absent (SHORTLIST_DATA, or ../shared/data beside the repository).
"""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ["SHORTLIST"])
DATA = pathlib.Path(os.environ.get("SHORTLIST_DATA", ROOT.parent / "shared/data"))


def blocks():
    text = (ROOT / "README.md").read_text()
    return re.findall(r"^```console\n(.*?)^```", text, re.M | re.S)


def commands(block):
    joined = re.sub(r"\\\n\s*", "", block)
    return [line[2:] for line in joined.splitlines() if line.startswith("$ ")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("readme")
    (path / "examples").symlink_to(ROOT / "examples")
    if (DATA / "anime/clean_data.csv").exists():
        (path / "clean_data.csv").symlink_to(DATA / "anime/clean_data.csv")
    return path


@pytest.mark.parametrize("index", range(len(blocks())))
def test_block_runs(folder, index):
    for command in commands(blocks()[index]):
        if command.startswith("./dev"):
            continue  # what runs this test
        if "anime" in command and not (folder / "clean_data.csv").exists():
            pytest.skip("the anime table is absent")
        # Fewer epochs than a reader would run; everything else as it stands.
        if command.startswith("shortlist train examples/anime"):
            command += " --epochs 1"
        env = dict(os.environ, PATH=f"{PROGRAM.parent}:{os.environ['PATH']}")
        done = subprocess.run(command, shell=True, cwd=folder, env=env, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
