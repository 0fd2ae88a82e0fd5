"""sl.compare and sl.tune: the program's searches on tables in memory."""

import random

import pytest

import shortlist as sl

pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def ratings():
    import pandas as pd

    draw = random.Random(5)
    rows = [(f"u{draw.randrange(25)}", f"m{min(draw.randrange(40), draw.randrange(40))}") for _ in range(900)]
    return pd.DataFrame(rows, columns=["user", "movie"])


def config(epochs=2):
    return {
        "data": {"user": "user"},
        "features": {"user": {"kind": "category", "dim": 4}, "movie": {"kind": "category", "dim": 4}},
        "query": {"features": ["user"]},
        "items": {"id": "movie", "features": ["movie"]},
        "retrieval": {"top_k": [1, 10]},
        "training": {"epochs": epochs, "batch": 64, "optimizer": {"adam": 0.01}},
    }


def test_models_are_compared_on_a_frame(ratings, tmp_path):
    found = sl.compare({"towers": config(), "shorter": config(1)}, ratings, out=tmp_path / "out")
    assert [model["name"] for model in found] == ["towers", "shorter"]
    figure = found["shorter"]["figures"]["ndcg@10"]
    assert figure["difference"] == pytest.approx(figure["value"] - found["towers"]["figures"]["ndcg@10"]["value"])
    assert found.split == "test" and found.rows == 90 and "towers: ndcg@10" in str(found)
    before = (tmp_path / "out" / "towers" / "seed-42.json").stat().st_mtime_ns
    again = sl.compare([config(), "popularity"], ratings)
    assert again["popularity"]["kind"] == "popularity" and len(again) == 2
    sl.compare({"towers": config(), "shorter": config(1)}, ratings, out=tmp_path / "out")
    assert (tmp_path / "out" / "towers" / "seed-42.json").stat().st_mtime_ns == before
    with pytest.raises(KeyError):
        found["nothing"]


def test_quick_needs_no_config(ratings):
    found = sl.compare(data=ratings, quick=True)
    assert {"init", "popularity"} <= {model["name"] for model in found}


def test_settings_are_searched(ratings, tmp_path):
    space = {"training.optimizer.adam": {"min": 0.001, "max": 0.1, "log": True}, "training.batch": [32, 64]}
    found = sl.tune(config(), ratings, space, trials=4, search="random", out=tmp_path / "out")
    assert len(found.trials) == 4 and found.metric == "unseen_ndcg@10"
    assert found.best["value"] == max(trial["value"] for trial in found.trials)
    assert found.config()["training"]["batch"] == found.best["settings"]["training.batch"]
    assert found.test is not None and found.test["rows"] == 90
    assert len(found.model().recommend({"user": "u1"}, k=3)) == 3
    with pytest.raises(sl.ConfigError, match="need a list of values"):
        sl.tune(config(), ratings, {"training.batch": 3}, out=tmp_path / "wrong")
    with pytest.raises(sl.ConfigError, match="sampler"):
        sl.tune(config(), ratings, space, sampler="grid", out=tmp_path / "wrong")


def test_optuna_chooses_the_settings_of_later_trials(ratings, tmp_path):
    pytest.importorskip("optuna")
    space = {"training.optimizer.adam": {"min": 0.001, "max": 0.1, "log": True}, "training.batch": [32, 64]}
    found = sl.tune(config(), ratings, space, trials=5, sampler="tpe", test=False, out=tmp_path / "one")
    assert len(found.trials) == 5 and found.test is None
    again = sl.tune(config(), ratings, space, trials=5, sampler="tpe", test=False, out=tmp_path / "two")
    assert [trial["settings"] for trial in again.trials] == [trial["settings"] for trial in found.trials]


def test_without_optuna_its_name_is_said(ratings, tmp_path):
    try:
        import optuna  # noqa: F401
    except ImportError:
        with pytest.raises(sl.ConfigError, match="pip install optuna"):
            sl.tune(config(), ratings, sampler="tpe", out=tmp_path / "out")
