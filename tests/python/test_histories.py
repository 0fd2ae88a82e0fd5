"""A model with a history of the user's items, from a frame to answers."""

import numpy as np
import pandas as pd
import pytest

import shortlist as sl


def make_watched(users: int = 120, items: int = 30, days: int = 20) -> pd.DataFrame:
    """After item n each user takes n + 1 or n + 2, so that only the history says what comes next."""
    random = np.random.default_rng(3)
    steps = random.integers(1, 3, (users, days))
    item = (random.integers(0, items, (users, 1)) + np.cumsum(steps, axis=1)) % items
    return pd.DataFrame({"user": np.repeat(np.arange(users), days), "item": item.ravel() + 1000, "day": np.tile(np.arange(days), users)})


def sequential_model(column: str) -> sl.TwoTower:
    config = {
        "data": {"user": "user", "split": {"by": "time", "column": "day"}},
        "features": {
            "item": {"kind": "category", "dim": 16},
            column: {"kind": "history", "length": 5, "half_life": 1.0},
        },
        "query": {"features": [column], "layers": [{"dense": 32, "activation": "relu"}, {"dense": 16}]},
        "items": {"id": "item", "features": ["item"]},
        "retrieval": {"top_k": [1, 5]},
        "training": {"epochs": 12, "batch": 256, "optimizer": {"adam": 0.01}},
    }
    model = sl.TwoTower(config=config, verbose=False)
    return model.fit(make_watched())


@pytest.fixture(scope="module")
def sequential() -> sl.TwoTower:
    return sequential_model("history")


def test_lists_are_histories(sequential):
    frame = sequential.recommend({"history": [[1005, 1006, 1007], [1020, 1021, 1022]]}, k=2)
    assert set(frame["item"][:2]) == {1008, 1009}
    assert set(frame["item"][2:]) == {1023, 1024}
    by_frame = sequential.recommend(pd.DataFrame({"history": [[1005, 1006, 1007]]}), k=2)
    assert by_frame["item"].tolist() == frame["item"][:2].tolist()
    by_text = sequential.recommend({"history": "1005, 1006, 1007"}, k=2)
    assert by_text["item"].tolist() == frame["item"][:2].tolist()


def test_a_known_user_has_a_known_history(sequential):
    taken = make_watched()
    train = taken[(taken.user == 7) & (taken.day < 16)].sort_values("day")["item"].tolist()
    by_user = sequential.recommend({"user": [7]}, k=3, seen="keep")
    given = sequential.recommend({"history": [train]}, k=3, seen="keep")
    assert by_user["item"].tolist() == given["item"].tolist()


def test_history_is_a_name_of_the_only_history():
    model = sequential_model("taken")
    own = model.recommend({"taken": [[1005, 1006, 1007]]}, k=3)
    assert model.recommend({"history": [[1005, 1006, 1007]]}, k=3)["item"].tolist() == own["item"].tolist()
    assert model.recommend({"history": "1005,1006,1007"}, k=3)["item"].tolist() == own["item"].tolist()
    with pytest.raises(sl.Error, match="no column 'history'"):
        model.recommend({"history": "1005", "taken": "1006"})
