"""Dask, with a local cluster of two workers: answers of Model.recommend, and training by ranks."""

import threading

import pandas as pd
import pyarrow.dataset
import pytest
from cases import (  # noqa: F401
    ALL_CALLS,
    Record,
    aged,
    bundle,
    check_answers,
    expected,
    fake,
    kill_the_parent_of_a_rank,
    parameters,
    queries,
    ranks_of,
    weights,
)
from guide import run_guide

import shortlist as sl
import shortlist.dask
from shortlist._ranks.fitting import fit_on
from shortlist.dask._cluster import DaskCluster

distributed = pytest.importorskip("distributed")
dd = pytest.importorskip("dask.dataframe")


@pytest.fixture(scope="module", autouse=True)
def client():
    arguments = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**arguments, host="127.0.0.1") as cluster, distributed.Client(cluster) as client:
        yield client


def test_answers_are_those_of_the_model(queries, bundle):
    ddf = dd.from_pandas(queries, npartitions=4)
    answers = shortlist.dask.recommend(ddf, bundle, 5, columns=["request"])
    frame = answers.compute()
    pd.testing.assert_series_equal(frame.dtypes, answers._meta.dtypes)
    check_answers(frame, queries, bundle, 5)


def test_answers_can_be_written(queries, bundle, tmp_path):
    answers = shortlist.dask.recommend(dd.from_pandas(queries, npartitions=4), bundle, 5)
    answers.to_parquet(tmp_path / "answers", write_index=False)
    table = pyarrow.dataset.dataset(tmp_path / "answers").to_table()
    assert table.column_names == ["user", "age", "recommendations", "error"]
    assert table.num_rows == 200 and table.column("error").null_count == 198


def test_options_are_checked_before_a_job_starts(queries, bundle):
    ddf = dd.from_pandas(queries, npartitions=2)
    with pytest.raises(sl.ConfigError, match="has no attribute 'colour'"):
        shortlist.dask.recommend(ddf, bundle, where="colour=red")
    with pytest.raises(sl.ConfigError, match="none of the query's columns"):
        shortlist.dask.recommend(ddf[["request"]], bundle)


def fit(ddf, plan=None, ranks=2, key="row", storage=None, callbacks=()):
    """shortlist.dask.fit with ranks that fail by a plan."""
    model = sl.TwoTower(**parameters())
    arguments = {"ranks": ranks, "key": key, "folder": storage, "restarts": 3, "callbacks": callbacks}
    fit_on(DaskCluster(), model, ddf, **arguments, command=fake(plan))
    return model


def test_an_estimator_trains_by_ranks(aged, expected, tmp_path):
    record = Record()
    ddf = dd.from_pandas(aged.sample(frac=1, random_state=1), npartitions=5, sort=False)
    model = fit(ddf, callbacks=[record], storage=tmp_path / "job")
    assert record.calls == ALL_CALLS
    assert weights(model) == expected and model.path_ == str(tmp_path / "job" / "model")
    assert len(model.recommend([100], k=3)) == 3


def test_ties_of_the_key_are_ordered_by_the_other_columns(aged, tmp_path):
    shuffled = [aged.sample(frac=1, random_state=seed) for seed in (1, 2)]
    frames = [dd.from_pandas(rows, npartitions=n, sort=False) for rows, n in zip(shuffled, (3, 7))]
    one, two = (fit(ddf, key="user", storage=tmp_path / str(n)) for n, ddf in enumerate(frames))
    assert weights(one) == weights(two)


def test_too_many_ranks_are_an_error_at_once(aged):
    with pytest.raises(sl.ConfigError, match="ranks: got 3, but the cluster has 2 workers"):
        fit(dd.from_pandas(aged, npartitions=2), ranks=3)


def test_a_lost_rank_starts_all_again(aged, expected, tmp_path):
    with pytest.warns(sl.DataWarning, match="rank 1 on .* was ended by signal 9; attempt 2 begins at"):
        model = fit(dd.from_pandas(aged, npartitions=2), {"1": {"1": "kill"}}, storage=tmp_path)
    assert weights(model) == expected


def test_a_lost_worker_ends_its_rank_and_starts_all_again(aged, expected, tmp_path):
    killer = threading.Thread(target=kill_the_parent_of_a_rank, args=[tmp_path])
    killer.start()
    with pytest.warns(sl.DataWarning, match="the workers? of ranks? .* lost: Dask lost the worker"):
        model = fit(dd.from_pandas(aged, npartitions=2), {"1": {"0": "hang", "1": "hang"}}, storage=tmp_path)
    killer.join()
    assert weights(model) == expected
    assert not ranks_of(tmp_path)


def test_a_callback_stops_all_ranks(aged, tmp_path):
    class Stop(sl.Callback):
        def on_train_begin(self, run):
            run.stop()

    with pytest.raises(sl.Interrupted, match="a callback stopped the training"):
        fit(dd.from_pandas(aged, npartitions=2), callbacks=[Stop()], storage=tmp_path)
    assert not ranks_of(tmp_path)


def test_the_guide_runs(tmp_path):
    done = run_guide("dask", tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "predicted_rating" in done.stdout
    assert "leaked" not in done.stderr
