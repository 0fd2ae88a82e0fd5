"""Ray, with a local cluster of two processors: answers of Model.recommend, and training by ranks."""

import os
import threading

import pandas as pd
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
    check_answers(pd.DataFrame(answers.take_all()), queries, bundle, 5)


def test_options_are_checked_before_a_job_starts(queries, bundle):
    dataset = ray.data.from_pandas(queries)
    with pytest.raises(sl.ConfigError, match="has no attribute 'colour'"):
        shortlist.ray.recommend(dataset, bundle, where="colour=red")
    with pytest.raises(sl.ConfigError, match="none of the query's columns"):
        shortlist.ray.recommend(dataset.select_columns(["request"]), bundle)


def trainer(dataset, plan=None, **further):
    made = shortlist.ray.Trainer(sl.TwoTower(**parameters()), {"train": dataset}, **{"key": "row", **further})
    made._command = fake(plan)
    return made


def test_a_trainer_trains_by_ranks(aged, expected, tmp_path):
    record = Record()
    dataset = ray.data.from_pandas(aged.sample(frac=1, random_state=1)).repartition(5)
    result = trainer(dataset, callbacks=[record], storage=tmp_path / "job").fit()
    assert record.calls == ALL_CALLS and result.lost == []
    assert weights(result.model) == expected and result.path == str(tmp_path / "job" / "model")
    assert result.metrics["rmse"] == result.model.history_[-1]["validation"]["rmse"]
    assert len(result.model.recommend([100], k=3)) == 3


def test_too_many_ranks_are_an_error_at_once(aged):
    with pytest.raises(sl.ConfigError, match="ranks: got 3, but the cluster has 2 groups of processors"):
        trainer(ray.data.from_pandas(aged), ranks=3).fit()


def test_a_lost_rank_starts_all_again(aged, expected, tmp_path):
    made = trainer(ray.data.from_pandas(aged), {"1": {"0": "kill"}}, storage=tmp_path)
    with pytest.warns(sl.DataWarning, match="rank 0 on .* was ended by signal 9; attempt 2 begins at"):
        result = made.fit()
    assert len(result.lost) == 1 and weights(result.model) == expected


def test_a_lost_worker_ends_its_rank_and_starts_all_again(aged, expected, tmp_path):
    made = trainer(ray.data.from_pandas(aged), {"1": {"0": "hang", "1": "hang"}}, storage=tmp_path)
    killer = threading.Thread(target=kill_the_parent_of_a_rank, args=[tmp_path])
    killer.start()
    with pytest.warns(sl.DataWarning, match="the workers? of ranks? .* lost"):
        result = made.fit()
    killer.join()
    assert weights(result.model) == expected
    assert not ranks_of(tmp_path)


def test_the_guide_runs(tmp_path):
    done = run_guide("ray", tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "predicted_rating" in done.stdout
    assert "leaked" not in done.stderr
