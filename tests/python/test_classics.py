"""The estimators that answer from histories."""

import pandas as pd
import pytest

import shortlist as sl

KINDS = [sl.ItemKnn, sl.Ease, sl.Slim, sl.Transitions]


@pytest.fixture(scope="module")
def watched() -> pd.DataFrame:
    """Users watch movies of one of two halves, in the order of their numbers."""
    rows = [
        (user, 2 * movie + user % 2, f"2024-01-{1 + movie:02}")
        for user in range(30)
        for movie in range(15)
        if (user * movie) % 3 != 1
    ]
    return pd.DataFrame(rows, columns=["user", "movie", "day"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_history_folds_in_a_new_user(watched, kind):
    model = kind("user", "movie", verbose=False).fit(watched)
    frame = pd.DataFrame(model.recommend({"history": [[0, 4, 8]]}, k=4))
    assert len(frame) == 4
    assert all(movie % 2 == 0 for movie in frame.loc[frame.score > 0, "movie"])
    assert not {0, 4, 8} & set(frame.movie)


def test_parameters_are_settings_of_the_kind(watched):
    model = sl.ItemKnn("user", "movie", similarity="bm25", neighbours=3, k1=2.0, verbose=False).fit(watched)
    assert model.kind_ == "item_knn"
    with pytest.raises(sl.ConfigError, match="l2"):
        sl.Ease("user", "movie", l2=0, verbose=False).fit(watched)
    with pytest.raises(sl.ConfigError, match="similarity"):
        sl.ItemKnn("user", "movie", similarity="cosin", verbose=False).fit(watched)


def test_popularity_may_decay_and_have_segments(watched):
    model = sl.Popularity("user", "movie", half_life=1, time="day", seen="keep", verbose=False).fit(watched)
    assert pd.DataFrame(model.recommend([99], k=1)).movie[0] >= 28  # the last day
    country = watched.assign(half=["even" if user % 2 == 0 else "odd" for user in watched.user])
    model = sl.Popularity("user", "movie", segment="half", seen="keep", verbose=False).fit(country)
    frame = pd.DataFrame(model.recommend({"half": ["even", "odd"]}, k=3))
    assert [movie % 2 for movie in frame.movie] == [0, 0, 0, 1, 1, 1]


def test_transitions_use_the_time(watched):
    model = sl.Transitions("user", "movie", time="day", verbose=False).fit(watched)
    frame = pd.DataFrame(model.recommend({"history": [[2, 6, 10]]}, k=2))
    assert all(10 < movie <= 18 for movie in frame.movie)


@pytest.mark.parametrize("kind", [sl.Ease, sl.Ials])
def test_lists_show_what_a_table_of_items_says(watched, kind):
    titles = [f"Film {movie}" for movie in range(30)]
    items = pd.DataFrame({"movie": range(30), "title": titles, "genre": ["War", "Drama", "Comedy"] * 10})
    model = kind("user", "movie", items=items, verbose=False).fit(watched)
    frame = pd.DataFrame(model.recommend([1], k=3))
    assert frame.title.tolist() == [f"Film {movie}" for movie in frame.movie]
    assert set(pd.DataFrame(model.recommend([1], k=3, where="genre=War")).genre) == {"War"}
