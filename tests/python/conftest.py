"""Tests of the Python package. ./dev python -m pytest tests/python runs them on the package of build/."""

import os
import pathlib
import subprocess

import pytest

import shortlist


@pytest.fixture(scope="session")
def program() -> pathlib.Path:
    """The program that comes with the package."""
    return pathlib.Path(shortlist.__file__).with_name("shortlist")


@pytest.fixture(scope="session")
def ratings_csv(program: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A table of 5,000 made-up ratings."""
    file = tmp_path_factory.mktemp("tables") / "ratings.csv"
    subprocess.run([program, "synth", "--rows", "5000", "--out", file, "--quiet"], check=True)
    return file


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove settings of the engine from the environment."""
    for name in [name for name in os.environ if name.startswith("SHORTLIST_")]:
        monkeypatch.delenv(name)
