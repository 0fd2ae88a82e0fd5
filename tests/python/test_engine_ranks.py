"""The driver of ranks, their processes and their shards, with threads in place of an engine's workers."""

import json
import pathlib
import sys
import threading
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import shortlist as sl
from shortlist._ranks import driver as driver_module
from shortlist._ranks import storage
from shortlist._ranks.fitting import fit_on
from shortlist._ranks.job import Attempt, Meeting
from shortlist._ranks.shards import Shards

sys.path.insert(0, str(pathlib.Path(__file__).with_name("engines")))
from cases import ALL_CALLS, Record, aged, expected, fake, parameters, ranks_of, weights  # noqa: E402, F401


class Threads:
    """A cluster of three workers that are threads. Its tables are of Arrow, in parts."""

    slots_are = "threads"

    def __init__(self, lose: int | None = None) -> None:
        self.lose = lose  # a rank whose worker does not come back from the first attempt

    def slots(self, threads):
        return 3

    def is_table(self, data):
        return isinstance(data, pa.Table)

    def columns(self, data):
        return data.column_names

    def write(self, data, shards):
        if shards.key:
            data = data.sort_by([(name, "ascending") for name in shards.key])
        return [shards.write(number, [batch]) for number, batch in enumerate(data.to_batches(max_chunksize=300))]

    def launch(self, attempt):
        held, ends = Meeting("127.0.0.1"), []

        def work(rank):
            ends.append(attempt.run(rank, held.address, held if rank == 0 else None))

        threads = [threading.Thread(target=work, args=[rank]) for rank in range(attempt.ranks)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if attempt.number == 1 and self.lose is not None:
            pathlib.Path(attempt.file(self.lose, "end")).unlink()
            raise RuntimeError("An error occurred.\n: org.engine.EngineException: a worker is gone\n at Engine.java")
        return ends


def wait_until_ended(folder):
    """The processes of the ranks have been told to end, and do so soon."""
    until = time.monotonic() + 10
    while ranks_of(folder) and time.monotonic() < until:
        time.sleep(0.05)
    assert not ranks_of(folder)


def fit(data, folder, plan=None, cluster=None, key="row", **further):
    model = sl.TwoTower(**parameters())
    arguments = {"ranks": 2, "key": key, "folder": folder, "restarts": 2, "callbacks": (), **further}
    done = fit_on(cluster or Threads(), model, data, **arguments, command=fake(plan))
    return model, done.lost


@pytest.fixture
def data(aged):
    return pa.Table.from_pandas(aged.sample(frac=1, random_state=3), preserve_index=False)


def test_ranks_train_on_shards_in_the_order_of_the_key(data, expected, tmp_path):
    record = Record()
    model, lost = fit(data, tmp_path, callbacks=[record])
    assert weights(model) == expected and lost == []
    assert record.calls == ALL_CALLS
    manifest = json.loads((tmp_path / "data/_manifest.json").read_text())
    assert manifest["key"] == ["row"]
    assert [file["rows"] for file in manifest["files"]] == [300, 300, 300, data.num_rows - 900]
    tables = [pq.read_table(tmp_path / "data" / file["file"]) for file in manifest["files"]]
    assert pa.concat_tables(tables).column("row").to_pylist() == list(range(data.num_rows))


def test_tables_of_items_come_from_the_engine_too(data, movies, tmp_path):
    model = sl.TwoTower(**parameters(items=pa.Table.from_pandas(movies)))
    arguments = {"ranks": 2, "key": "row", "folder": tmp_path, "restarts": 0, "callbacks": ()}
    fit_on(Threads(), model, data, **arguments, command=fake())
    assert "title" in model.items_
    assert pq.read_table(tmp_path / "items").num_rows == len(movies)
    assert model.items == str(tmp_path / "items" / "*.parquet")
    assert model.evaluate()["rmse"] == pytest.approx(model.report["rmse"])


def test_a_lost_rank_is_named_and_all_start_again(data, expected, tmp_path):
    plan = {"1": {"0": "kill"}, "2": {"1": [1, "no space left on the disk"]}}
    with pytest.warns(sl.DataWarning) as warnings:
        model, lost = fit(data, tmp_path, plan)
    assert weights(model) == expected
    assert lost[0].startswith("rank 0 on ") and lost[0].endswith("was ended by signal 9")
    assert lost[1].endswith("no space left on the disk") or lost[1].endswith("rank 1 ended")
    assert sum("begins at the last checkpoint" in str(warning.message) for warning in warnings) == 2


def test_after_the_last_restart_the_reason_is_raised(data, tmp_path):
    plan = {str(attempt): {"1": "kill"} for attempt in (1, 2, 3)}
    with pytest.warns(sl.DataWarning), pytest.raises(sl.SystemError, match="rank 1 on .* signal 9; gave up after 3 attempts"):
        fit(data, tmp_path, plan)


@pytest.mark.parametrize(("code", "error"), [(2, sl.ConfigError), (3, sl.DataError), (70, sl.InternalError)])
def test_a_mistake_is_raised_and_not_tried_again(code, error, data, tmp_path):
    with pytest.raises(error, match="rank 1 on .*: the rank's own words"):
        fit(data, tmp_path, {"1": {"1": [code, "the rank's own words"]}})
    assert not (tmp_path / "attempts/2").exists()


def test_a_lost_worker_is_named_with_the_engines_reason(data, expected, tmp_path):
    with pytest.warns(sl.DataWarning):
        model, lost = fit(data, tmp_path, cluster=Threads(lose=1))
    assert lost == ["the worker of rank 1 was lost: org.engine.EngineException: a worker is gone"]


def test_survivors_that_do_not_notice_are_ended(data, tmp_path, monkeypatch):
    monkeypatch.setattr(driver_module, "_GRACE", 1.0)
    plan = {"1": {"0": "hang", "1": [2, "wrong"]}}
    with pytest.raises(sl.ConfigError, match="rank 1 on .*: wrong"):
        fit(data, tmp_path, plan)
    wait_until_ended(tmp_path)


def test_callbacks_stop_and_fail(data, tmp_path):
    class Stop(sl.Callback):
        def on_train_begin(self, run):
            run.stop()

    class Fail(sl.Callback):
        def on_train_begin(self, run):
            raise LookupError("mine")

    class Change(sl.Callback):
        def on_train_begin(self, run):
            run.learning_rate = 1.0

    cases = ((Stop, sl.Interrupted, "stopped"), (Fail, LookupError, "mine"), (Change, sl.ConfigError, "learning_rate"))
    for callback, error, message in cases:
        with pytest.raises(error, match=message):
            fit(data, tmp_path / callback.__name__, callbacks=[callback()])
        wait_until_ended(tmp_path)


def test_keys_and_folders_are_checked(data, tmp_path):
    with pytest.raises(sl.ConfigError, match="key: the data have no column 'rows'"):
        fit(data, tmp_path / "a", key="rows")
    with pytest.raises(sl.ConfigError, match="ranks: got 4, but the cluster has 3 threads"):
        fit(data, tmp_path / "b", ranks=4)
    with pytest.raises(sl.DataError, match="data: has no rows"):
        fit(data.slice(0, 0), tmp_path / "c")
    gaps = data.append_column("gap", pa.array([None, *range(data.num_rows - 1)]))
    with pytest.raises(sl.DataError, match="key: column 'gap' has missing values"):
        fit(gaps, tmp_path / "d", key="gap")
    (tmp_path / "e/model").mkdir(parents=True)
    with pytest.raises(sl.ConfigError, match="model: is there already"):
        fit(data, tmp_path / "e")


def test_without_a_key_a_warning_says_what_it_means(data, tmp_path):
    with pytest.warns(sl.DataWarning, match="no key is given"):
        fit(data, tmp_path, key=None)


def test_workers_without_the_folder_say_so(data, tmp_path):
    storage.begin(str(tmp_path), "a")
    part = Shards(str(tmp_path), "b", "data", [], ["row"]).write(0, [])
    assert "need a folder that the driver and all workers share" in part["error"]
    end = Attempt(str(tmp_path), "b", 2, 1, ("train",)).run(0, ("127.0.0.1", 1))
    assert end["code"] == 3 and "is not the driver's folder" in end["error"]
