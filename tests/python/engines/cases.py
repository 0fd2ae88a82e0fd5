"""What the tests of Spark, Ray and Dask share. tests/python/test_engines.py runs them by a Python that has the engines."""

import hashlib
import json
import os
import pathlib
import signal
import sys
import time

import numpy as np
import pandas as pd
import pytest
from conftest import make_movies, make_ratings, tower

import shortlist as sl

# Workers import the package as this process does.
os.environ["PYTHONPATH"] = str(pathlib.Path(sl.__file__).parents[1])


@pytest.fixture(scope="session")
def aged() -> pd.DataFrame:
    """Ratings with the user's age, which is a number, and a key that no two rows share."""
    ratings = make_ratings()
    ratings["age"] = ratings.user % 30 + 10.25
    ratings["row"] = np.arange(len(ratings))
    return ratings


@pytest.fixture(scope="session")
def bundle(aged: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("bundle") / "model"
    tower(query=["user", "age"], items=make_movies()).fit(aged.drop(columns="row")).save(folder)
    return str(folder)


@pytest.fixture
def queries() -> pd.DataFrame:
    """200 queries, some of them of unknown users, two of them bad: their age is not a number."""
    users = np.arange(200) % 70 + 100
    ages = [f"{user % 30 + 10}.25" for user in users]
    ages[17] = ages[150] = "old"
    return pd.DataFrame({"request": np.arange(200), "user": users, "age": ages})


def check_answers(answers: pd.DataFrame, queries: pd.DataFrame, bundle: str, k: int) -> None:
    """Compare rows of (request, recommendations, error) with the model's own answers."""
    answers = answers.sort_values("request", ignore_index=True)
    assert answers.request.tolist() == queries.request.tolist()
    bad = queries.age == "old"
    assert answers.recommendations[bad].isna().all()
    assert (answers.error[bad] == "column 'age': 'old' is not a number").all()
    assert answers.error[~bad].isna().all()
    expected = sl.load(bundle).recommend(queries[~bad].reset_index(drop=True), k=k, attributes=False)
    assert len(expected) == k * (~bad).sum()
    found = [tuple(as_dict(row).values()) for rows in answers.recommendations[~bad] for row in rows]
    columns = [expected[name] for name in ("item", "score", "predicted_rating")]
    assert [tuple(float(value) for value in row) for row in found] == list(zip(*(map(float, c) for c in columns)))


def as_dict(row: object) -> dict:
    return row.asDict() if hasattr(row, "asDict") else dict(row)


PROGRAM = pathlib.Path(sl.__file__).with_name("shortlist")


def fake(plan: dict | None = None) -> tuple[str, ...]:
    """The command of ranks that fail by a plan: see fake_rank.py."""
    return (sys.executable, str(pathlib.Path(__file__).with_name("fake_rank.py")), str(PROGRAM), json.dumps(plan or {}))


def weights(model: sl.Model) -> str:
    return hashlib.sha256(pathlib.Path(model.path_, "weights.safetensors").read_bytes()).hexdigest()


def parameters(**further: object) -> dict[str, object]:
    return {"query": "user", "item": "item", "label": "rating", "epochs": 2, "verbose": False, **further}


@pytest.fixture(scope="session")
def expected(aged: pd.DataFrame) -> str:
    """The weights of a training on the rows in the order of their key, without an engine."""
    return weights(sl.TwoTower(**parameters()).fit(aged))


class Record(sl.Callback):
    """Remembers what it was called for."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def on_train_begin(self, run: sl.Run) -> None:
        self.calls.append("begin")

    def on_epoch_end(self, run: sl.Run, epoch: sl.Epoch) -> None:
        self.calls.append(f"epoch {epoch.epoch}")
        assert "rmse" in epoch.validation

    def on_train_end(self, run: sl.Run, report: dict) -> None:
        self.calls.append("end")


ALL_CALLS = ["begin", "epoch 1", "epoch 2", "end"]


def ranks_of(folder: pathlib.Path) -> list[int]:
    """The processes that name the folder of a job: its ranks."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if str(folder).encode() in command:
            found.append(int(entry.name))
    return found


def kill_the_parent_of_a_rank(folder: pathlib.Path, named: bytes = b"") -> None:
    """Kill the worker of one of two ranks, once both are there: its parent, or the nearest ancestor of a name."""
    end = time.monotonic() + 60
    while len(ranks_of(folder)) < 2 and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(0.5)
    process = parent_of(ranks_of(folder)[0])
    while named not in pathlib.Path(f"/proc/{process}/cmdline").read_bytes():
        process = parent_of(process)
    os.kill(process, signal.SIGKILL)


def parent_of(process: int) -> int:
    return int(pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
