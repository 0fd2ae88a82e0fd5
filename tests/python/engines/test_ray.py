"""Ray, with a local cluster of two processors: recommendations as Model.recommend gives them."""

import os

import pytest
from cases import aged, bundle, check_answers, queries  # noqa: F401

import shortlist as sl
import shortlist.ray

os.environ.setdefault("RAY_raylet_start_wait_time_s", "120")
os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
ray = pytest.importorskip("ray")


@pytest.fixture(scope="module", autouse=True)
def cluster(tmp_path_factory):
    import ray.data

    ray.init(
        num_cpus=2, include_dashboard=False, object_store_memory=300 << 20, logging_level="warning", log_to_driver=False
    )
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


def test_answers_are_those_of_the_model(queries, bundle):
    dataset = ray.data.from_pandas(queries).repartition(4)
    answers = shortlist.ray.recommend(dataset, bundle, 5, columns=["request"], batch_size=64)
    assert answers.schema().names == ["request", "recommendations", "error"]
    check_answers(answers.to_pandas(), queries, bundle, 5)


def test_options_are_checked_before_a_job_starts(queries, bundle):
    dataset = ray.data.from_pandas(queries)
    with pytest.raises(sl.ConfigError, match="has no attribute 'colour'"):
        shortlist.ray.recommend(dataset, bundle, where="colour=red")
    with pytest.raises(sl.ConfigError, match="none of the query's columns"):
        shortlist.ray.recommend(dataset.select_columns(["request"]), bundle)
