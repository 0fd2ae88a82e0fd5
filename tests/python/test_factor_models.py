"""The estimators of factor models."""

import numpy as np
import pandas as pd
import pytest
import shortlist as sl


@pytest.fixture(scope="module")
def ratings():
    rng = np.random.default_rng(5)
    users, items = rng.integers(0, 40, 1500), rng.integers(0, 30, 1500)
    kept = rng.random(1500) < np.where(users % 2 == items % 2, 0.9, 0.2)
    likes = (users % 2 == items % 2)[kept]
    return pd.DataFrame({"user": users[kept], "movie": items[kept], "rating": np.where(likes, 5.0, 2.0)})


@pytest.mark.parametrize("kind", [sl.Ials, sl.BprMf])
def test_answers_from_a_history(ratings, kind):
    model = kind("user", "movie", factors=8, epochs=60, seed=1).fit(ratings)
    answer = model.recommend({"history": [[0, 2, 4]]}, k=6)
    items = answer["movie"] if "movie" in answer else answer["item"]
    assert (items.astype(int) % 2 == 0).sum() >= 4


def test_predicts_ratings(ratings):
    model = sl.BiasedMf("user", "movie", "rating", factors=8, epochs=30, learning_rate=0.02).fit(ratings)
    scores = model.recommend([0], k=30)["score"]
    assert 1 < scores.min() and scores.max() < 7


def test_factorization_machine_takes_the_parameters_of_two_towers(ratings):
    model = sl.FactorizationMachine("user", "movie", factors=8, epochs=2, batch=256).fit(ratings)
    assert len(model.recommend([0], k=3)) == 3
    assert model.get_params()["factors"] == 8
