"""sl.import_factors: factors of other libraries as a model."""

import random

import numpy as np
import pytest

import shortlist as sl

pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def table():
    draw = random.Random(3)
    rows = [(f"u{draw.randrange(20)}", f"m{draw.randrange(30)}") for _ in range(400)]
    return {"user": [user for user, _ in rows], "movie": [movie for _, movie in rows]}


@pytest.fixture(scope="module")
def factors():
    draw = np.random.default_rng(1)
    return {
        "user_factors": draw.normal(size=(20, 5)),
        "item_factors": draw.normal(size=(30, 5)),
        "user_ids": np.array([f"u{n}" for n in range(20)]),
        "item_ids": np.array([f"m{n}" for n in range(30)]),
    }


def expected(factors, table, user, biases=0, k=5):
    scores = factors["item_factors"] @ factors["user_factors"][user] + biases
    seen = {movie for who, movie in zip(table["user"], table["movie"]) if who == f"u{user}"}
    order = [n for n in np.argsort(-scores) if f"m{n}" not in seen]
    return [f"m{n}" for n in order[:k]], scores


def listed(model, user, k=5):
    return list(model.recommend({"user": user}, k=k)["movie"])


# All rows are training rows, so that the seen items are those of the table.
ALL = {"train": 1.0, "validation": 0, "test": 0}


def test_lists_are_those_of_the_inner_products(table, factors, tmp_path):
    model = sl.import_factors(factors, table, user="user", item="movie", split=ALL, out=tmp_path / "bundle")
    for user in (0, 7, 19):
        answer = model.recommend({"user": f"u{user}"}, k=5)
        ids, scores = expected(factors, table, user)
        assert list(answer["movie"]) == ids
        assert list(answer["score"])[0] == pytest.approx(scores[int(ids[0][1:])], rel=1e-5)
    assert listed(sl.load(tmp_path / "bundle"), "u7") == listed(model, "u7")


def test_a_npz_file_as_implicit_saves_it(table, factors, tmp_path):
    plain = {name: factors[name].astype("float32") for name in ("user_factors", "item_factors")}
    np.savez(tmp_path / "als.npz", **plain, regularization=0.01, iterations=15)
    model = sl.import_factors(tmp_path / "als.npz", table, user="user", item="movie", split=ALL,
                              user_ids=factors["user_ids"], item_ids=factors["item_ids"])  # fmt: skip
    assert listed(model, "u3") == expected(factors, table, 3)[0]
    np.savez(tmp_path / "ids.npz", **plain, user_ids=factors["user_ids"], item_ids=factors["item_ids"])
    sl.import_factors(tmp_path / "ids.npz", table, user="user", item="movie", split=ALL)


def test_a_model_of_lightfm_has_biases(table, factors):
    biases = np.linspace(-2, 2, 30)

    class LightFM:
        def get_user_representations(self):
            return np.ones(20), factors["user_factors"]

        def get_item_representations(self):
            return biases, factors["item_factors"]

    model = sl.import_factors(LightFM(), table, user="user", item="movie", split=ALL,
                              user_ids=factors["user_ids"], item_ids=factors["item_ids"])  # fmt: skip
    assert listed(model, "u4") == expected(factors, table, 4, biases)[0]


def test_items_without_factors_are_last(table, factors):
    some = {**factors, "item_factors": factors["item_factors"][:25], "item_ids": factors["item_ids"][:25]}
    model = sl.import_factors(some, table, user="user", item="movie", split=ALL)
    ids = listed(model, "u5", 30)
    without = [n for n, name in enumerate(ids) if int(name[1:]) >= 25]
    assert without and min(without) == len(ids) - len(without)


def test_what_does_not_fit_is_said(table, factors):
    def error(**changes):
        with pytest.raises(sl.ConfigError) as caught:
            sl.import_factors({**factors, **changes}, table, user="user", item="movie", split=ALL)
        return str(caught.value)

    assert "user ids: got 19, but there are factors of 20" in error(user_ids=factors["user_ids"][:19])
    assert "the users have 4 factors, but the items 5" in error(user_factors=factors["user_factors"][:, :4])
    assert "none of the 30 items" in error(item_ids=[f"x{n}" for n in range(30)])
    assert "item_ids: got None" in error(item_ids=None)
    assert "has no user_factors" in error(user_factors=None)
    broken = factors["item_factors"].copy()
    broken[3, 1] = np.nan
    assert "item 'm3': its factors are not finite" in error(item_factors=broken)
