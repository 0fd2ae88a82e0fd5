"""Batches of Arrow, and Spark, Ray and Dask with real local clusters, by a Python that has them.

The tests in engines/ are run by SHORTLIST_ENGINES_PYTHON, by default this Python. Each engine is skipped where it is
not installed, and all with SHORTLIST_NO_CLUSTER.
"""

import importlib
import os
import pathlib
import shutil
import subprocess
import sys

import pyarrow as pa
import pytest
from conftest import make_movies, make_ratings, tower

import shortlist as sl
from shortlist.batch import open_bundle, recommend_batch

ENGINES = pathlib.Path(__file__).with_name("engines")
PYTHON = os.environ.get("SHORTLIST_ENGINES_PYTHON", sys.executable)
NO_CLUSTER = os.environ.get("SHORTLIST_NO_CLUSTER")
TEST_ALL = os.environ.get("SHORTLIST_TEST_ALL") and "SHORTLIST_ENGINES_PYTHON" in os.environ


@pytest.fixture(scope="module")
def aged():
    ratings = make_ratings()
    ratings["age"] = ratings.user % 30 + 10.25
    return tower(query=["user", "age"], items=make_movies()).fit(ratings)


def batch(rows: int = 8) -> pa.RecordBatch:
    ages = [f"{10 + row}.25" for row in range(rows)]
    return pa.record_batch({"request": list(range(rows)), "user": [100 + row for row in range(rows)], "age": ages})


def test_a_batch_gets_the_answers_of_recommend(aged):
    answer = recommend_batch(aged, batch(), 3, columns=["request"])
    assert answer.schema.names == ["request", "recommendations", "error"]
    expected = aged.recommend(pa.Table.from_batches([batch()]), k=3, attributes=False).to_pylist()
    found = [item for row in answer.column("recommendations").to_pylist() for item in row]
    assert found == [{name: row[name] for name in ("item", "score", "predicted_rating")} for row in expected]
    assert answer.column("error").null_count == 8


def test_a_bad_row_does_not_fail_its_batch(aged):
    table = pa.Table.from_batches([batch()]).to_pydict()
    table["age"][2] = table["age"][7] = "old"
    answer = recommend_batch(aged, pa.record_batch(table), 2)
    errors = answer.column("error").to_pylist()
    assert [row for row, error in enumerate(errors) if error] == [2, 7]
    assert errors[2] == "column 'age': 'old' is not a number"
    lists = answer.column("recommendations").to_pylist()
    good = recommend_batch(aged, batch(), 2).column("recommendations").to_pylist()
    assert lists == [None if row in (2, 7) else good[row] for row in range(8)]


def test_an_empty_batch_has_the_same_schema(aged):
    assert recommend_batch(aged, batch().slice(0, 0), 2).schema == recommend_batch(aged, batch(), 2).schema


def test_wrong_options_fail_the_batch(aged):
    with pytest.raises(sl.ConfigError, match="k: got 0"):
        recommend_batch(aged, batch(), 0)
    with pytest.raises(sl.ConfigError, match="none of the query's columns"):
        recommend_batch(aged, batch().select(["request"]), 2)
    with pytest.raises(sl.ConfigError, match="no column 'rank'"):
        recommend_batch(aged, batch(), 2, columns=["rank"])
    with pytest.raises(sl.ConfigError, match="no attribute 'colour'"):
        recommend_batch(aged, batch(), 2, where="colour=red")


def test_a_process_opens_a_bundle_once_until_it_is_replaced(ratings, tmp_path):
    tower().fit(ratings).save(tmp_path / "model")
    first = open_bundle(tmp_path / "model")
    assert open_bundle(str(tmp_path / "model")) is first
    tower(epochs=1).fit(ratings).save(tmp_path / "model", overwrite=True)
    assert open_bundle(tmp_path / "model") is not first
    with pytest.raises(sl.DataError, match="another one than the driver's"):
        open_bundle(tmp_path / "model", "0" * 64)
    with pytest.raises(sl.DataError, match="storage that the driver and all workers share"):
        open_bundle(tmp_path / "none")


@pytest.mark.parametrize(("engine", "module"), [("spark", "pyspark"), ("ray", "ray"), ("dask", "dask")])
def test_a_missing_engine_is_named(engine, module, aged, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    with pytest.raises(sl.ConfigError, match=rf"is needed: pip install .*{module}.*shortlist\[{engine}\]"):
        importlib.import_module(f"shortlist.{engine}").recommend(None, aged)


def why_not(module: str) -> str:
    """Why an engine cannot be tested here, or nothing."""
    if NO_CLUSTER:
        return "SHORTLIST_NO_CLUSTER is set"
    if module == "pyspark" and not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        return "needs Java: apt install openjdk-17-jre-headless"
    code = f"import importlib.util as u, sys; sys.exit(u.find_spec('{module}') is None)"
    if subprocess.run([PYTHON, "-c", code], check=False).returncode:
        return f"{PYTHON} has no {module}: set SHORTLIST_ENGINES_PYTHON to a Python that has it"
    return ""


@pytest.mark.parametrize(("engine", "module"), [("spark", "pyspark"), ("ray", "ray"), ("dask", "distributed")])
def test_a_local_cluster_of(engine, module):
    if reason := why_not(module):
        if TEST_ALL and not NO_CLUSTER:
            pytest.fail(reason)
        pytest.skip(reason)
    environment = {**os.environ, "PYTHONPATH": str(pathlib.Path(sl.__file__).parents[1])}
    command = [PYTHON, "-m", "pytest", "-q", "-rs", "-W", "ignore", "-p", "no:cacheprovider", ENGINES / f"test_{engine}.py"]
    done = subprocess.run(command, text=True, capture_output=True, env=environment, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
