"""`shortlist compare`: several models on the same rows, with what it takes to train them."""

import json
import signal
import subprocess
import time

import pytest

from program import CONFIG, PROGRAM, error, place, run  # noqa: F401

BY_USER = CONFIG.replace('features = ["country", "age_group"]', 'features = ["country", "age_group", "user"]').replace(
    "[features]\n", '[features]\nuser = { kind = "category", dim = 4 }\n'
)


@pytest.fixture(scope="module")
def compared(place, tmp_path_factory):
    """A folder with a table, a config of two towers, and what was compared."""
    folder = tmp_path_factory.mktemp("compare")
    (folder / "ratings.csv").write_bytes((place / "ratings.csv").read_bytes())
    (folder / "towers.toml").write_text(BY_USER)
    done = run("compare", "towers.toml", "--quick", "--out", "out", "--threads", 2, cwd=folder)
    (folder / "stdout").write_text(done.stdout)
    (folder / "stderr").write_text(done.stderr)
    return folder


def models(folder, out="out"):
    found = json.loads((folder / out / "compare.json").read_text())
    return {model["name"]: model for model in found["models"]}


def test_figures_are_those_of_the_bundles(compared):
    for name, model in models(compared).items():
        report = json.loads((compared / "out" / name / "seed-42" / "report.json").read_text())
        assert report["split"] == "test"
        for figure in ["ndcg@10", "recall@10"]:
            assert model["figures"][figure]["value"] == pytest.approx(report["list"]["model"][figure]["value"], abs=1e-9)
        for task in report["tasks"]:
            if task["task"] == "rating":
                assert model["figures"]["rmse rating"]["value"] == pytest.approx(task["model"]["rmse"]["value"], abs=1e-6)


def test_differences_are_paired(compared):
    found = models(compared)
    towers, popularity = (found[name]["figures"]["ndcg@10"] for name in ["towers", "popularity"])
    assert "difference" not in towers
    assert popularity["difference"] == pytest.approx(popularity["value"] - towers["value"])
    low, high = popularity["difference_interval"]
    assert low < popularity["difference"] < high
    independent = sum(figure["interval"][1] - figure["interval"][0] for figure in [towers, popularity])
    assert high - low < independent


def test_the_table_names_models_time_and_memory(compared):
    header, *lines = (compared / "stdout").read_text().split("\n\n")[1].splitlines()
    assert header.split() == ["model", "ndcg@10", "difference", "recall@10", "difference", "rmse", "rating", "difference", "time", "memory"]
    assert [line.split()[0] for line in lines][:2] == ["towers", "popularity"]
    assert "1 of " in (compared / "stderr").read_text()
    for model in models(compared).values():
        assert model["seconds"] > 0 and model["cpu_seconds"] > 0
        assert 10e6 < model["peak_memory_bytes"] < 2e9


def test_finished_trainings_are_not_repeated(compared):
    (compared / "out" / "popularity" / "seed-42.json").unlink()
    before = (compared / "out" / "compare.json").read_text()
    trained = (compared / "out" / "towers" / "seed-42.json").stat().st_mtime_ns
    done = run("compare", "towers.toml", "--quick", "--out", "out", "--threads", 1, cwd=compared)
    assert "towers, seed 42: was trained before" in done.stderr
    assert "popularity, seed 42: was trained before" not in done.stderr
    assert (compared / "out" / "towers" / "seed-42.json").stat().st_mtime_ns == trained
    now = json.loads((compared / "out" / "compare.json").read_text())
    for old, new in zip(json.loads(before)["models"], now["models"]):
        assert old["figures"] == new["figures"]  # with another number of threads too


def test_other_settings_are_another_training(compared):
    done = run("compare", "towers.toml", "--set", "training.epochs=1", "--out", "out", cwd=compared)
    assert "was trained before" not in done.stderr


def test_a_killed_comparison_goes_on(compared):
    command = [PROGRAM, "compare", "popularity", "towers.toml", "--out", "killed", "--set", "training.epochs=60"]
    with subprocess.Popen(command, cwd=compared, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not list((compared / "killed").glob("towers/seed-42/run/checkpoints/*")) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert not (compared / "killed" / "compare.json").exists()
    for _ in range(200):  # the child ends with its parent
        done = run("compare", "popularity", "towers.toml", "--out", "killed", "--set", "training.epochs=60", cwd=compared, code=None)
        if done.returncode == 0 and "failed" not in done.stdout:
            break
        time.sleep(0.1)
    assert set(models(compared, "killed")) == {"popularity", "towers"}
    assert "error" not in models(compared, "killed")["towers"]


def test_seeds_give_deviations(compared):
    run("compare", "towers.toml", "popularity", "--seeds", 2, "--set", "training.epochs=1", "--out", "seeds", cwd=compared)
    found = models(compared, "seeds")
    assert found["towers"]["figures"]["ndcg@10"]["deviation"] > 0
    assert found["popularity"]["figures"]["ndcg@10"]["deviation"] == 0
    assert sorted(path.name for path in (compared / "seeds" / "towers").glob("seed-??")) == ["seed-42", "seed-43"]


def test_a_model_that_fails_is_a_row(compared):
    (compared / "broken.toml").write_text(BY_USER.replace("title_words = {", "title_words = { rows = 0,"))
    (compared / "absent.toml").write_text(BY_USER.replace('column = "title"', 'column = "nothing"'))
    done = run("compare", "popularity", "absent.toml", "--out", "failing", cwd=compared)
    found = models(compared, "failing")
    assert "nothing" in found["absent"]["error"] and "absent failed: " in done.stdout
    assert found["popularity"]["figures"]["ndcg@10"]["value"] > 0


def test_without_a_config_the_one_of_init_is_compared(compared):
    run("compare", "--quick", "--data", "ratings.csv", "--set", "training.epochs=1", "--out", "guessed", cwd=compared)
    assert list(models(compared, "guessed"))[:2] == sorted(models(compared, "guessed"), key=lambda name: name != "init")[:2]


def test_a_folder_does_not_hide_a_kind(compared):
    (compared / "popularity").mkdir()
    run("compare", "popularity", "--data", "ratings.csv", "--out", "beside", cwd=compared)
    (compared / "popularity").rmdir()
    assert models(compared, "beside")["popularity"]["figures"]["ndcg@10"]["value"] > 0


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "need configs or names of kinds, or --quick"),
        (["--quick"], "need a config, or --data TABLE"),
        (["popularty", "--data", "ratings.csv"], "popularty"),
    ],
)
def test_mistakes_are_named(compared, arguments, words):
    assert words in error("compare", *arguments, "--out", "mistakes", cwd=compared, code=2)


def test_a_kind_that_needs_more_is_a_row(compared):
    done = run("compare", "popularity", "two_tower", "--data", "ratings.csv", "--out", "needy", cwd=compared)
    assert "two_tower failed: " in done.stdout
    assert "need at least one feature" in models(compared, "needy")["two_tower"]["error"]
