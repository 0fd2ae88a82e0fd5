"""`shortlist plan` beside what small runs take."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from serving import PROGRAM, run

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONFIG = ROOT / "examples/synth/synth.toml"
sys.path.insert(0, str(ROOT / "benchmarks"))

from plan_check import measure  # noqa: E402


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    for rows in (100_000, 1_000_000):
        run("synth", "--rows", rows, "--out", folder / f"{rows}.csv", "--quiet")
    return folder


def plan(*arguments):
    return json.loads(run("plan", CONFIG, *arguments, "--json").stdout)


def stages(planned):
    return {stage["stage"]: stage for stage in planned["stages"]}


@pytest.mark.parametrize("rows", [100_000, 1_000_000])
def test_a_small_run_takes_what_was_planned(place, rows, tmp_path):
    """From a sample of 100,000 rows. Sizes are within 15 %, and times of the processor within a factor of two."""
    scale = ["--rows", rows, "--items", rows // 100, "--users", rows // 50] if rows > 100_000 else []
    planned = plan("--data", place / "100000.csv", *scale)
    measured = measure(PROGRAM, CONFIG, place / f"{rows}.csv", tmp_path / "run")
    figures = stages(planned)
    assert planned["replicated_parameters"] + planned["table_parameters"] == pytest.approx(measured["parameters"], rel=0.15)
    assert max(stage["memory_bytes"] for stage in planned["stages"]) == pytest.approx(measured["memory_bytes"], rel=0.15)
    assert figures["bundle"]["disk_bytes"] == pytest.approx(measured["bundle_bytes"], rel=0.15)
    assert figures["train an epoch"]["disk_bytes"] == pytest.approx(measured["checkpoint_bytes"], rel=0.15)
    if os.getloadavg()[0] > 4 * os.cpu_count():
        pytest.skip("the sizes agree; the machine is too busy to compare times")
    seconds = dict(measured["seconds"])
    seconds["train an epoch, validate an epoch"] = seconds.pop("train an epoch") + seconds.pop("validate an epoch")
    for name, taken in seconds.items():
        expected = sum(figures[stage]["seconds"] for stage in name.split(", "))
        assert expected / 2 - 0.05 <= taken <= expected * 2 + 0.2, (name, expected, taken)


def test_ranks_split_the_work_of_steps(place):
    table = ["--data", place / "100000.csv", "--rows", "1e9", "--items", "1e6", "--users", "1e8"]
    one, eight = plan(*table), plan(*table, "--ranks", 8)
    assert one["step_bytes"] == 0
    dense = 2 * 4 * eight["replicated_parameters"] * 7 / 8
    assert dense < eight["step_bytes"] < 2e7
    assert stages(one)["read"] == stages(eight)["read"]
    assert stages(eight)["train an epoch"]["network_bytes"] == pytest.approx(eight["steps"] * eight["step_bytes"])
    slow = plan(*table, "--ranks", 8, "--network", "100M")
    assert slow["step_seconds"] > eight["step_seconds"]


def test_what_cannot_be_is_refused_with_the_figure(place):
    table = ["plan", CONFIG, "--data", place / "100000.csv"]
    error = run(*table, "--rows", "1e9", "--memory", "64G", code=2).stderr
    assert "'read' needs " in error and "per rank, but --memory is 64.0 GB" in error
    assert "a batch has 8 parts, and each rank needs one; use fewer ranks or --parts 64" in run(*table, "--ranks", 64, code=2).stderr
    assert "would have 2000" in run(*table, "--items", "2e9", code=2).stderr
    assert "need a size such as 64G or 64Gi" in run(*table, "--memory", "64X", code=2).stderr
    assert "need FEATURE=N" in run(*table, "--ids", "user", code=2).stderr
    assert "title_wrds" in run(*table, "--ids", "title_wrds=5", code=2).stderr
    assert plan("--data", place / "100000.csv", "--memory", "1Gi")["rows"] == 100_000
    grown = plan("--data", place / "100000.csv", "--ids", "country=1e6")
    assert grown["table_parameters"] > 8e6


def test_constants_of_another_machine(place, tmp_path):
    table = ["--data", place / "100000.csv"]
    (tmp_path / "slow.json").write_text(json.dumps({"machine": "slow", "read_cell": 1.0}))
    assert stages(plan(*table, "--constants", tmp_path / "slow.json"))["read"]["seconds"] > 1e5
    (tmp_path / "slow.json").write_text(json.dumps({"read_sell": 1.0}))
    assert "read_sell" in run("plan", CONFIG, *table, "--constants", tmp_path / "slow.json", code=3).stderr


def test_the_table_is_for_people(place):
    done = run("plan", CONFIG, "--data", place / "100000.csv", "--rows", "1e9", "--items", "1e8", "--users", "1e8")
    assert "1e+09 rows, 1e+08 items, 1e+08 users; 1 rank of 1 thread; figures of one rank" in done.stdout
    assert "train an epoch" in done.stdout and 'idle_rows = "skip"' in done.stderr


def test_a_model_without_towers_is_refused(place, tmp_path):
    (tmp_path / "p.toml").write_text('[data]\ntable = "t.csv"\nuser = "user"\n[items]\nid = "title"\n[model]\nkind = "popularity"\n')
    error = run("plan", tmp_path / "p.toml", "--data", place / "100000.csv", code=2).stderr
    assert 'plan needs a model with towers, but a model of kind "popularity" has none' in error
