"""What a fitted model answers, and in which kind of frame."""

import pathlib
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import shortlist as sl


def test_recommends_to_ids_with_titles(model, ratings):
    frame = model.recommend([100, 101, 102], k=3)
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns[:6]) == ["user", "rank", "item", "score", "predicted_rating", "title"]
    assert frame["user"].tolist() == [100] * 3 + [101] * 3 + [102] * 3
    assert frame["rank"].tolist() == [1, 2, 3] * 3
    assert frame["item"].dtype == np.int64
    seen = set(ratings.loc[ratings.user == 100, "item"])
    assert not seen & set(frame.loc[frame.user == 100, "item"])
    again = model.recommend(100, k=3, seen="keep")
    assert len(again) == 3


def test_answers_in_the_kind_that_came_in(model):
    by_pandas = model.recommend(pd.DataFrame({"user": [100, 105]}), k=2)
    by_polars = model.recommend(pl.DataFrame({"user": [100, 105]}), k=2)
    by_arrow = model.recommend(pa.table({"user": [100, 105]}), k=2)
    by_dict = model.recommend({"user": [100, 105]}, k=2)
    assert isinstance(by_polars, pl.DataFrame)
    assert isinstance(by_arrow, pa.Table)
    assert by_polars["item"].to_list() == by_arrow["item"].to_pylist() == by_pandas["item"].tolist()
    pd.testing.assert_frame_equal(by_pandas, by_dict)


def test_one_query_is_answered_like_many(model):
    many = model.recommend([100, 101], k=4)
    for user in (100, 101):
        one = model.recommend(user, k=4)
        pd.testing.assert_frame_equal(one, many[many.user == user].reset_index(drop=True))


def test_conditions_pages_and_lists_of_items(model):
    frame = model.recommend(100, k=5, where=["year>=1982", "genres~Odd"])
    assert (frame.year >= 1982).all()
    assert all("Odd" in genres for genres in frame.genres)
    first, second = model.recommend(100, k=3), model.recommend(100, k=3, offset=3)
    whole = model.recommend(100, k=6)
    assert first["item"].tolist() + second["item"].tolist() == whole["item"].tolist()
    left_out = model.recommend(100, k=6, exclude=first["item"])
    assert not set(first["item"]) & set(left_out["item"])
    allowed = model.recommend(100, k=6, allow=[1001, 1002], seen="keep")
    assert set(allowed["item"]) == {1001, 1002}


def test_predicts_pairs_in_every_form(model):
    pairs = pd.DataFrame({"user": [100, 101], "item": [1001, 1002]})
    by_frame = model.predict(pairs)
    assert by_frame.dtype == np.float32 and by_frame.shape == (2,)
    assert model.predict([(100, 1001), (101, 1002)]) == pytest.approx(by_frame)
    assert model.predict({"user": 100, "item": 1001}) == pytest.approx(by_frame[0])
    assert (by_frame >= 1).all() and (by_frame <= 5).all()


def test_similar_items_by_id_and_by_title(model):
    by_id = model.similar(1003, k=3)
    by_title = model.similar("The film 3 (1963)", k=3)
    pd.testing.assert_frame_equal(by_id, by_title)
    assert by_id["similarity"].is_monotonic_decreasing
    assert 1003 not in by_id["item"].tolist()
    jaccard = model.similar(1003, k=1, by="jaccard")
    assert len(jaccard) == 1


def test_vectors_own_their_memory(model):
    items, queries = model.embed_items(), model.embed_queries([100, 101])
    assert items.shape[0] == len(model.item_ids_) == 40
    assert queries.shape == (2, items.shape[1])
    copy = sl.load(model.path_).embed_items()  # its model is gone
    np.testing.assert_array_equal(copy, items)
    scores = queries @ items.T
    best = model.item_ids_[np.argmax(scores[0])]
    assert best == model.recommend(100, k=1, order="score", seen="keep")["item"][0]


def test_saving_loading_and_pickling_keep_the_answers(model, tmp_path):
    expected = model.recommend([100, 101], k=5)
    model.save(tmp_path / "films")
    pd.testing.assert_frame_equal(sl.load(tmp_path / "films").recommend([100, 101], k=5), expected)
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(model)).recommend([100, 101], k=5), expected)
    with pytest.raises(sl.ConfigError, match="is there already; give overwrite=True"):
        model.save(tmp_path / "films")
    model.save(tmp_path / "films", overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["films"]


def test_says_that_one_query_has_an_unknown_value(model):
    with pytest.warns(sl.DataWarning, match="the model has not seen the value '99999'"):
        model.recommend({"user": 99999}, k=1)


def test_asks_for_the_rows_of_a_model_of_a_table_in_memory(model):
    with pytest.raises(sl.ConfigError, match="^the model was trained on a table in memory; give data=...$"):
        model.evaluate()


def test_the_report_is_a_table_and_a_sentence(model):
    assert 0 < model.report["rmse"] < 2
    with pytest.raises(sl.ConfigError, match="the report has no metric 'rsme'; did you mean 'rmse'. .*rmse, ") as caught:
        model.report["rsme"]
    assert isinstance(caught.value, KeyError)
    assert any("rating" in sentence for sentence in model.report.verdict)
    assert "<table>" in model.report._repr_html_()
    frame = model.report.to_frame()
    assert {"task", "metric", "model", "low", "high", "popularity"} <= set(frame.columns)
    again = model.evaluate(model.recommend([100], k=1).assign(rating=3.0)[["user", "item", "rating"]])
    assert again.rows == 1


def test_serves_until_it_is_stopped(model, unused_port):
    import json
    import urllib.request

    with model.serve(port=unused_port, block=False) as server:
        request = urllib.request.Request(
            f"{server.url}/v1/recommend",
            json.dumps({"query": {"user": 100}, "k": 2}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            items = json.load(answer)["items"]
        with pytest.raises(sl.SystemError, match=f"127.0.0.1:{unused_port} is in use by another program"):
            model.serve(port=unused_port, block=False)
    assert [item["id"] for item in items] == [str(item) for item in model.recommend(100, k=2)["item"]]


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_a_temporary_folder_goes_with_its_model(ratings):
    import gc

    from conftest import tower

    model = tower(epochs=1).fit(ratings)
    folder = pathlib.Path(model.path_)
    assert folder.exists()
    del model
    gc.collect()
    assert not folder.exists()


def test_a_model_shows_its_layers(model, ratings):
    assert "dense" in model.summary() and "<pre>" in model.summary()._repr_html_()
    assert model.graph()._repr_svg_().startswith("<svg")
    assert "<table>" in model._repr_html_()
    popular = sl.Popularity(user="user", item="item", verbose=False).fit(ratings)
    with pytest.raises(sl.ConfigError, match='kind "popularity" without towers has no layers'):
        popular.summary()


def test_plots_of_the_history_and_of_the_items(model):
    pytest.importorskip("matplotlib").use("agg")
    axes = model.plot_history("rmse")
    assert axes.get_ylabel() == "rmse" and len(axes.lines) == 3  # train, validation, the kept epoch
    with pytest.raises(sl.ConfigError, match="no metric 'rsme'"):
        model.plot_history("rsme")
    items = model.plot_items(labels=5)
    assert len(items.texts) == 5 and items.texts[0].get_text().startswith("The film")
