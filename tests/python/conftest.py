"""Tables and models that the tests share. ./dev python -m pytest tests/python runs them on the package of build/."""

import os
import pathlib
import subprocess

import numpy as np
import pandas as pd
import pytest

import shortlist as sl


def make_ratings(users: int = 60, items: int = 40, rows: int = 1500) -> pd.DataFrame:
    """Ratings with taste: users like items of their own group."""
    random = np.random.default_rng(7)
    user, item = random.integers(0, users, rows), random.integers(0, items, rows)
    fits = (user % 4) == (item % 4)
    rating = np.clip(np.round(2.5 + 1.5 * fits + random.normal(0, 0.5, rows)), 1, 5)
    return pd.DataFrame({"user": user + 100, "item": item + 1000, "rating": rating}).drop_duplicates(
        ["user", "item"], ignore_index=True
    )


def make_movies(items: int = 40) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item": np.arange(items) + 1000,
            "title": [f"The film {number} ({1960 + number})" for number in range(items)],
            "genres": [f"Group{number % 4}|{'Odd' if number % 2 else 'Even'}" for number in range(items)],
            "year": 1980 + np.arange(items) // 8,
        }
    )


@pytest.fixture(scope="session")
def ratings() -> pd.DataFrame:
    return make_ratings()


@pytest.fixture(scope="session")
def movies() -> pd.DataFrame:
    return make_movies()


def tower(**parameters: object) -> sl.TwoTower:
    defaults = {"query": "user", "item": "item", "label": "rating", "epochs": 2, "verbose": False}
    return sl.TwoTower(**{**defaults, **parameters})


@pytest.fixture(scope="session")
def model(ratings: pd.DataFrame, movies: pd.DataFrame) -> sl.TwoTower:
    return tower(items=movies).fit(ratings)


@pytest.fixture(scope="session")
def program() -> pathlib.Path:
    """The program that comes with the package."""
    return pathlib.Path(sl.__file__).with_name("shortlist")


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
