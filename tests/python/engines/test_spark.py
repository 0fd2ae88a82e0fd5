"""Spark, with a local cluster of two executors: answers of Model.recommend, and training by ranks."""

import os
import sys
import threading

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
import shortlist.spark

os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
sql = pytest.importorskip("pyspark.sql")


@pytest.fixture(scope="module")
def spark():
    builder = sql.SparkSession.builder.master("local-cluster[2,1,700]").appName("shortlist")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "1g",
        "spark.executor.memory": "700m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def test_answers_are_those_of_the_model(spark, queries, bundle):
    df = spark.createDataFrame(queries).repartition(4)
    answers = shortlist.spark.recommend(df, bundle, 5, columns=["request"])
    assert answers.schema.simpleString() == (
        "struct<request:bigint,recommendations:array<struct<item:bigint,score:float,predicted_rating:float>>,error:string>"
    )
    check_answers(answers.toPandas(), queries, bundle, 5)


def test_columns_of_any_type_are_kept(spark, queries, bundle):
    df = spark.createDataFrame(queries).selectExpr("user", "timestamp '2020-01-01 12:00:00' AS at", "map('a', user) AS m")
    answers = shortlist.spark.recommend(df, bundle, 1, columns=["at", "m"])
    assert answers.drop("recommendations", "error").schema == df.select("at", "m").schema
    row = answers.first()
    assert row["at"] == df.first()["at"] and row.m == df.first().m


def test_options_are_checked_before_a_job_starts(spark, queries, bundle):
    df = spark.createDataFrame(queries)
    with pytest.raises(sl.ConfigError, match="has no attribute 'colour'"):
        shortlist.spark.recommend(df, bundle, where="colour=red")
    with pytest.raises(sl.ConfigError, match="none of the query's columns"):
        shortlist.spark.recommend(df.select("request"), bundle)
    with pytest.raises(sl.DataError, match="cannot be read on"):
        shortlist.spark.recommend(df, bundle + "-missing")


def test_a_filter_holds_for_each_list(spark, queries, bundle):
    answers = shortlist.spark.recommend(spark.createDataFrame(queries), bundle, 3, where="year>=1982")
    years = dict(zip(sl.load(bundle).items_.item, sl.load(bundle).items_.year))
    rows = answers.selectExpr("user", "explode(recommendations) AS r").select("user", "r.item").collect()
    assert len(rows) == 3 * 198
    assert all(years[row.item] >= 1982 for row in rows)


def estimator(plan=None, **further):
    made = shortlist.spark.TwoTower(**parameters(ranks=2, key="row", **further))
    made._command = fake(plan)
    return made


def test_an_estimator_trains_by_ranks(spark, aged, queries, expected, tmp_path):
    record = Record()
    df = spark.createDataFrame(aged.sample(frac=1, random_state=1)).repartition(5)
    df = df.selectExpr("*", "timestamp '2020-01-01 00:00:00' AS at", "array(item, user) AS both")
    model = estimator(callbacks=[record], storage=tmp_path / "job").fit(df)
    assert record.calls == ALL_CALLS and model.lost == []
    assert weights(model.model) == expected
    assert model.model.path_ == str(tmp_path / "job" / "model")
    rows = model.transform(spark.createDataFrame(queries[["request", "user"]])).collect()
    lists = {row.request: [item.item for item in row.recommendations] for row in rows}
    frame = model.model.recommend(queries[["user"]], k=10, attributes=False)
    assert [item for request in range(200) for item in lists[request]] == frame.item.tolist()


def test_parameters_are_params(spark, aged, tmp_path):
    made = estimator(storage=str(tmp_path))
    assert made.getOrDefault(made.epochs) == 2 and made.getOrDefault("ranks") == 2
    assert made.copy({made.epochs: 1}).getOrDefault("epochs") == 1
    model = made.fit(spark.createDataFrame(aged), {made.epochs: 1})
    assert len(model.model.history_) == 1
    with pytest.raises(sl.ConfigError, match="no parameter 'epoch'"):
        shortlist.spark.TwoTower(epoch=1)


def test_too_many_ranks_are_an_error_at_once(spark, aged):
    with pytest.raises(sl.ConfigError, match="ranks: got 3, but the cluster has 2 free slots"):
        shortlist.spark.TwoTower(**parameters(ranks=3, key="row")).fit(spark.createDataFrame(aged))


def test_a_lost_rank_starts_all_again(spark, aged, expected, tmp_path):
    made = estimator({"1": {"1": "kill"}}, storage=tmp_path)
    with pytest.warns(sl.DataWarning, match="rank 1 on .* was ended by signal 9; attempt 2 begins at"):
        model = made.fit(spark.createDataFrame(aged))
    assert len(model.lost) == 1 and weights(model.model) == expected


def test_a_lost_worker_ends_its_rank_and_starts_all_again(spark, aged, expected, tmp_path):
    made = estimator({"1": {"0": "hang", "1": "hang"}}, storage=tmp_path)
    killer = threading.Thread(target=kill_the_parent_of_a_rank, args=[tmp_path])
    killer.start()
    with pytest.warns(sl.DataWarning, match="the workers? of ranks? .* lost"):
        model = made.fit(spark.createDataFrame(aged))
    killer.join()
    assert weights(model.model) == expected
    assert not ranks_of(tmp_path)


def test_a_lost_executor_starts_all_again(spark, aged, expected, tmp_path):
    made = estimator({"1": {"0": "hang", "1": "hang"}}, storage=tmp_path)
    killer = threading.Thread(target=kill_the_parent_of_a_rank, args=[tmp_path, b"CoarseGrainedExecutorBackend"])
    killer.start()
    with pytest.warns(sl.DataWarning, match="the workers? of ranks? .* lost"):
        model = made.fit(spark.createDataFrame(aged))
    killer.join()
    assert weights(model.model) == expected
    assert not ranks_of(tmp_path)


def test_a_mistake_is_not_tried_again(spark, aged, tmp_path):
    made = estimator({"1": {"1": [2, "training.batch: got 0"]}}, storage=tmp_path)
    with pytest.raises(sl.ConfigError, match="rank 1 on .*: training.batch: got 0"):
        made.fit(spark.createDataFrame(aged))


def test_without_a_key_it_is_said(spark, aged, tmp_path):
    made = estimator(storage=tmp_path)
    made.clear(made.key)
    with pytest.warns(sl.DataWarning, match="no key is given"):
        made.fit(spark.createDataFrame(aged))


def test_a_key_has_a_value_in_each_row(spark, aged, tmp_path):
    df = spark.createDataFrame(aged).selectExpr("*", "IF(row = 7, NULL, row) AS gap")
    made = estimator(storage=tmp_path)
    with pytest.raises(sl.DataError, match="key: column 'gap' has missing values"):
        made.fit(df, {made.key: "gap"})
    with pytest.raises(sl.ConfigError, match="key: the data have no column 'none'"):
        made.fit(df, {made.key: "none"})


def test_the_guide_runs(tmp_path):
    done = run_guide("spark", tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "predicted_rating" in done.stdout
    assert "leaked" not in done.stderr
