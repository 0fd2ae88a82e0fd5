"""Spark, with a local cluster of two slots: recommendations as Model.recommend gives them."""

import os
import sys

import pytest
from cases import aged, bundle, check_answers, queries  # noqa: F401

import shortlist as sl
import shortlist.spark

os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
sql = pytest.importorskip("pyspark.sql")


@pytest.fixture(scope="module")
def spark():
    builder = sql.SparkSession.builder.master("local[2]").appName("shortlist")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "1g",
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
