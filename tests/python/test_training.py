"""Training: the same bits from every kind of table, callbacks, interruptions, scikit-learn's conventions."""

import hashlib
import os
import pathlib
import signal
import subprocess
import threading

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import tower

import shortlist as sl


def weights(model_or_folder) -> str:
    folder = getattr(model_or_folder, "path_", model_or_folder)
    return hashlib.sha256(pathlib.Path(folder, "weights.safetensors").read_bytes()).hexdigest()


def test_every_kind_of_table_gives_the_same_bits(ratings, movies, tmp_path):
    csv, parquet = tmp_path / "ratings.csv", tmp_path / "ratings.parquet"
    ratings.to_csv(csv, index=False)
    ratings.to_parquet(parquet)
    movies.to_csv(tmp_path / "movies.csv", index=False)
    config = sl.draft_config(ratings, items=movies, label="rating", item="item", query="user")
    settings = sl.Config.from_toml(config)
    settings.training.epochs = 2
    text = settings.to_toml()
    found = {}
    tables = {
        "pandas": (ratings, movies),
        "polars": (pl.from_pandas(ratings), pl.from_pandas(movies)),
        "arrow": (pa.Table.from_pandas(ratings), pa.Table.from_pandas(movies)),
        "dict": ({name: ratings[name].to_numpy() for name in ratings}, {n: movies[n].tolist() for n in movies}),
        "csv": (csv, tmp_path / "movies.csv"),
        "parquet": (parquet, movies),
        "sql": (f"SELECT * FROM '{parquet}'", movies),
    }
    for name, (data, items) in tables.items():
        found[name] = weights(sl.train(text, data, items=items, out=tmp_path / name, verbose=False))
    config_file = tmp_path / "films.toml"
    config_file.write_text(text)
    program = pathlib.Path(sl.__file__).with_name("shortlist")
    arguments = ["--data", csv, "--items", tmp_path / "movies.csv", "--out", tmp_path / "cli", "--quiet"]
    subprocess.run([program, "train", config_file, *arguments], check=True, capture_output=True)
    found["command line"] = weights(tmp_path / "cli")
    assert len(set(found.values())) == 1, found


def test_any_number_of_threads_gives_the_same_bits(ratings):
    one, two = (tower(threads=threads).fit(ratings) for threads in (1, 2))
    assert weights(one) == weights(two)


class Record(sl.Callback):
    def __init__(self):
        self.steps, self.epochs, self.ended, self.parameters = [], [], 0, {}

    def on_step_end(self, run, step):
        self.steps.append(step)

    def on_epoch_end(self, run, epoch):
        self.epochs.append(epoch)
        self.parameters = run.parameters

    def on_train_end(self, run, report):
        self.ended += 1


def test_callbacks_see_steps_epochs_and_parameters(ratings):
    record = Record()
    model = tower(batch=256).fit(ratings, callbacks=[record])
    assert [epoch.epoch for epoch in record.epochs] == [1, 2]
    assert len(record.steps) == 2 * record.steps[0].steps
    assert "rmse" in record.epochs[0].validation
    assert record.ended == 1
    assert any(value.ndim == 2 and np.isfinite(value).all() for value in record.parameters.values())
    assert [epoch["epoch"] for epoch in model.history_] == [1, 2]


def test_a_callback_changes_the_learning_rate(ratings):
    class Halve(sl.Callback):
        def __init__(self):
            self.rates = []

        def on_step_end(self, run, step):
            self.rates.append(step.learning_rate)
            if step.step == step.steps:
                run.learning_rate = run.learning_rate / 2

    halve = Halve()
    model = tower(epochs=3, batch=256, optimizer={"adam": 0.008}).fit(ratings, callbacks=[halve])
    assert sorted(set(halve.rates), reverse=True) == [0.008, 0.004, 0.002]
    assert [epoch["learning_rate"] for epoch in model.history_] == [0.008, 0.004, 0.002]

    class Break(sl.Callback):
        def on_step_end(self, run, step):
            run.learning_rate = float("nan")

    with pytest.raises(sl.ConfigError, match="learning_rate: got nan, need a number above 0"):
        tower().fit(ratings, callbacks=[Break()])


def test_a_callback_stops_and_resume_continues(ratings, tmp_path):
    class StopAfterOne(sl.Callback):
        def on_epoch_end(self, run, epoch):
            if epoch.epoch == 1:
                run.stop()

    whole = tower(epochs=3, out=tmp_path / "whole").fit(ratings)
    stopped = tower(epochs=3, out=tmp_path / "parts")
    with pytest.raises(sl.Interrupted, match="stopped after 1 whole epochs, saved in .*resume=True"):
        stopped.fit(ratings, callbacks=[StopAfterOne()])
    stopped.fit(ratings, resume=True)
    assert weights(stopped) == weights(whole)


def test_an_exception_in_a_callback_arrives_and_loses_nothing(ratings, tmp_path):
    class Fail(sl.Callback):
        def on_epoch_end(self, run, epoch):
            raise LookupError("mine")

    model = tower(out=tmp_path / "run")
    with pytest.raises(LookupError, match="mine"):
        model.fit(ratings, callbacks=[Fail()])
    model.fit(ratings, resume=True)
    assert len(model.history_) == 2


def test_ctrl_c_stops_cleanly_and_keeps_the_state(ratings, tmp_path):
    class Interrupt(sl.Callback):
        def on_epoch_end(self, run, epoch):
            os.kill(os.getpid(), signal.SIGINT)

    model = tower(epochs=50, out=tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        model.fit(ratings, callbacks=[Interrupt()])
    assert list((tmp_path / "run/run/checkpoints").iterdir())


def test_several_models_train_in_threads(ratings):
    expected = weights(tower().fit(ratings))
    found, errors = [], []

    def work():
        try:
            found.append(weights(tower(threads=1).fit(ratings)))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and found == [expected] * 3


def test_grid_search_and_clone(ratings):
    from sklearn.base import clone
    from sklearn.model_selection import GridSearchCV

    model = tower(epochs=1)
    assert clone(model).get_params() == model.get_params()
    search = GridSearchCV(model, {"batch": [128, 512]}, cv=2, error_score="raise")
    search.fit(ratings)
    assert search.best_params_["batch"] in (128, 512)
    assert isinstance(search.best_estimator_.recommend(100, k=1), pd.DataFrame)


def test_parameters_are_checked_by_name(ratings):
    with pytest.raises(sl.ConfigError, match="TwoTower has no parameter 'epoch'; did you mean 'epochs'"):
        tower().set_params(epoch=3)
    model = tower().set_params(retrieval__temperature=0.5)
    assert model.retrieval == {"temperature": 0.5}
    with pytest.raises(sl.ConfigError, match="did you mean 'adam'"):
        tower(optimizer={"adm": 0.1}).fit(ratings)
    with pytest.raises(sl.ConfigError, match="not fitted yet"):
        tower().recommend([1])


def test_popularity_is_another_kind(ratings, movies):
    model = sl.Popularity(user="user", item="item", items=movies, verbose=False).fit(ratings)
    frame = model.recommend([100, 999], k=3)
    assert model.kind_ == "popularity"
    assert frame.loc[frame.user == 999, "score"].is_monotonic_decreasing


def test_a_sparse_matrix_is_users_by_items(ratings):
    from scipy.sparse import coo_matrix

    matrix = coo_matrix((ratings.rating, (ratings.user, ratings.item))).tocsr()
    sparse = tower().fit(matrix)
    assert set(sparse.item_ids_) == set(ratings.item)


def test_estimators_keep_scikit_learns_conventions():
    checks = pytest.importorskip("sklearn.utils.estimator_checks")
    # The checks that do not fit on a bare matrix of numbers: interactions are columns with names.
    names = (
        "check_estimator_cloneable",
        "check_estimator_repr",
        "check_estimator_get_tags_default_keys",
        "check_no_attributes_set_in_init",
        "check_parameters_default_constructible",
        "check_get_params_invariance",
        "check_set_params",
    )
    for name in names:
        check = getattr(checks, name, None)
        if check is not None:
            check("TwoTower", sl.TwoTower())
    assert not sl.TwoTower().__sklearn_is_fitted__()


def test_a_training_can_begin_with_an_earlier_model(ratings, tmp_path):
    first = tower(out=tmp_path / "first").fit(ratings)
    anew = tower(out=tmp_path / "anew").fit(ratings)
    assert weights(anew) == weights(first)
    again = tower(out=tmp_path / "again").fit(ratings, from_bundle=tmp_path / "first")
    assert weights(again) != weights(first)
    with pytest.raises(sl.Error, match="missing"):
        tower(out=tmp_path / "none").fit(ratings, from_bundle=tmp_path / "missing")
