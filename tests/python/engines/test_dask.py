"""Dask, with a local cluster of two workers: recommendations as Model.recommend gives them."""

import pandas as pd
import pyarrow.dataset
import pytest
from cases import aged, bundle, check_answers, queries  # noqa: F401

import shortlist as sl
import shortlist.dask

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
