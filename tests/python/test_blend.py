"""The estimator of blends."""

import numpy as np
import pandas as pd
import pytest

import shortlist as sl

TWO = ["ease", {"kind": "item_knn", "similarity": "bm25"}]


@pytest.fixture(scope="module")
def ratings() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    users, items = rng.integers(0, 40, 1500), rng.integers(0, 30, 1500)
    kept = rng.random(1500) < np.where(users % 2 == items % 2, 0.9, 0.2)
    return pd.DataFrame({"user": users[kept], "movie": items[kept]}).drop_duplicates(ignore_index=True)


def test_members_without_towers_need_only_the_user_and_the_item(ratings):
    model = sl.Blend(TWO, "user", "movie", verbose=False).fit(ratings)
    assert model.kind_ == "blend"
    answer = pd.DataFrame(model.recommend({"history": [[0, 2, 4]]}, k=6))
    assert (answer.movie.astype(int) % 2 == 0).sum() >= 5
    assert model.config_["data"]["user"] == "user" and "layers" not in model.config_["items"]


def test_members_may_be_settings_and_have_given_weights(ratings):
    members = [sl.config.EaseModel(l2=50), sl.config.ItemKnnModel(neighbours=5)]
    alone = sl.Ease("user", "movie", l2=50, verbose=False).fit(ratings)
    blend = sl.Blend(members, "user", "movie", weights=[1, 0], verbose=False).fit(ratings)
    assert list(blend.recommend([3], k=5)["movie"]) == list(alone.recommend([3], k=5)["movie"])
    read = sl.Config.from_dict(blend.config_)
    assert isinstance(read.model.members[0], sl.config.EaseModel) and read.model.members[0].l2 == 50
    assert blend.get_params()["weights"] == [1, 0]


@pytest.mark.parametrize("towers", ["two_tower", {"kind": "factorization_machine", "factors": 8}])
def test_a_member_may_have_towers(ratings, towers):
    model = sl.Blend(["ease", towers], "user", "movie", epochs=2, batch=256, verbose=False).fit(ratings)
    assert len(model.recommend([0], k=3)) == 3
    kind = towers if isinstance(towers, str) else towers["kind"]
    assert [member["kind"] for member in model.config_["model"]["members"]] == ["ease", kind]
    assert len(model.embed_items()) == ratings.movie.nunique()


def test_a_ranking_may_follow(ratings):
    rated = ratings.assign(rating=np.where(ratings.user % 2 == ratings.movie % 2, 5.0, 2.0))
    ranking = sl.config.Ranking(label="rating", layers=[{"dense": 8}])
    model = sl.Blend(TWO, "user", "movie", "rating", ranking=ranking, epochs=2, batch=256, verbose=False).fit(rated)
    assert "predicted_rating" in model.recommend([0], k=3)


def test_one_member_is_no_blend(ratings):
    with pytest.raises(sl.ConfigError, match="model.members.*two or more"):
        sl.Blend(["ease"], "user", "movie", verbose=False).fit(ratings)
    with pytest.raises(sl.ConfigError, match="eas"):
        sl.Blend(["eas", "slim"], "user", "movie", verbose=False).fit(ratings)
