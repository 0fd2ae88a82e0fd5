"""`shortlist tune`: a search for settings that is the same however it is run, and sees the test rows once."""

import json
import re
import signal
import subprocess
import time

import pytest

from program import CONFIG, PROGRAM, error, place, run  # noqa: F401

BY_USER = CONFIG.replace('features = ["country", "age_group"]', 'features = ["country", "age_group", "user"]').replace(
    "[features]\n", '[features]\nuser = { kind = "category", dim = 4 }\n'
)
SPACE = """
"training.optimizer.adam" = { min = 0.0001, max = 0.05, log = true }
training.batch = [128, 256]
dims = { keys = ["features.user.dim", "features.title.dim"], min = 2, max = 8, integer = true }
"""


@pytest.fixture(scope="module")
def searched(place, tmp_path_factory):
    """A folder with a table, a config, a space, and a search by halving."""
    folder = tmp_path_factory.mktemp("tune")
    (folder / "ratings.csv").write_bytes((place / "ratings.csv").read_bytes())
    (folder / "towers.toml").write_text(BY_USER)
    (folder / "space.toml").write_text(SPACE)
    done = tune(folder, "halving", "--parallel", 2)
    (folder / "stdout").write_text(done.stdout)
    (folder / "stderr").write_text(done.stderr)
    return folder


def tune(folder, out, *arguments, trials=9, **options):
    return run("tune", "towers.toml", "--space", "space.toml", "--trials", trials, "--out", out, "--threads", 2,
               *arguments, cwd=folder, **options)  # fmt: skip


def board(folder, out="halving"):
    return json.loads((folder / out / "leaderboard.json").read_text())


def journal(folder, out="halving"):
    lines = [json.loads(line) for line in (folder / out / "journal.jsonl").read_text().splitlines()]
    return {(line["trial"], line["round"]): line for line in lines[1:]}


def without_times(records):
    return {key: {name: value for name, value in record.items() if name != "seconds"} for key, record in records.items()}


def test_halving_trains_the_best_third_for_longer(searched):
    assert board(searched)["search"] == "halving" and board(searched)["metric"] == "unseen_ndcg@10"
    records = journal(searched)
    rounds = [[record for (_, r), record in records.items() if r == number] for number in range(2)]
    assert [len(of) for of in rounds] == [9, 3]
    assert {record["epochs"] for record in rounds[0]} == {1} and {record["epochs"] for record in rounds[1]} == {3}
    best = sorted(rounds[0], key=lambda record: (-record["value"], record["trial"]))[:3]
    assert {record["trial"] for record in best} == {record["trial"] for record in rounds[1]}
    winner = max(rounds[1], key=lambda record: record["value"])
    assert board(searched)["best"]["trial"] == winner["trial"]


def test_settings_are_within_the_space(searched):
    for trial in board(searched)["trials"]:
        settings = trial["settings"]
        assert 0.0001 <= settings["training.optimizer.adam"] <= 0.05
        assert settings["training.batch"] in (128, 256)
        assert isinstance(settings["dims"], int) and 2 <= settings["dims"] <= 8
        text = (searched / "halving" / "trials" / f"{trial['trial']:04}.toml").read_text()
        assert len(re.findall(rf"dim = {settings['dims']}\b", text)) >= 2


def test_trials_do_not_see_the_test_rows(searched):
    for config in (searched / "halving" / "trials").glob("*.toml"):
        assert re.search(r'by = "rows".*test = 0', config.read_text())
    rows = 4000
    header = (searched / "halving" / "split.npy").read_bytes()[:128].decode("latin-1")
    assert f"'shape': ({int(0.9 * rows)},)" in header
    report = json.loads((searched / "halving" / "best" / "report.json").read_text())
    assert report["split"] == "test" and report["rows"] == 0.1 * rows
    assert board(searched)["test"]["tasks"] == report["tasks"]


def test_the_best_config_is_written_and_trains(searched):
    text = (searched / "halving" / "best.toml").read_text()
    best = board(searched)["best"]
    assert f"trial {best['trial']} of 9" in text.splitlines()[0]
    assert f"batch = {best['settings']['training.batch']}" in text
    assert "by = " not in text  # the split is the config's own
    run("train", "halving/best.toml", "--out", "again", "--quiet", cwd=searched)
    assert (searched / "again" / "weights.safetensors").read_bytes() == (searched / "halving" / "best" / "weights.safetensors").read_bytes()


def test_few_trials_tell_no_shares(searched):
    stdout = tune(searched, "few", "--no-test", trials=2).stdout
    assert "too few trials to tell which setting matters: 2 of at least 8" in stdout and " %" not in stdout


def test_the_leaderboard_and_the_picture_show_every_trial(searched):
    stdout = (searched / "stdout").read_text()
    assert (searched / "halving" / "leaderboard.txt").read_text() in stdout
    header, *lines = stdout.splitlines()[:10]
    assert header.split() == ["trial", "unseen_ndcg@10", "epochs", "training.optimizer.adam", "training.batch", "dims"]
    assert sorted(int(line.split()[0]) for line in lines) == list(range(9))
    svg = (searched / "halving" / "influence.svg").read_text()
    assert svg.count("<circle") == 3 * 9
    assert set(board(searched)["influence"]) == {"training.optimizer.adam", "training.batch", "dims"}


def test_parallelism_changes_nothing(searched):
    tune(searched, "alone", "--parallel", 1, "--no-test")
    assert without_times(journal(searched, "alone")) == without_times(journal(searched))
    assert "test" not in board(searched, "alone") and not (searched / "alone" / "best").exists()
    one, two = board(searched, "alone"), board(searched)
    assert one["trials"] == two["trials"]


def test_a_killed_search_goes_on(searched):
    command = [PROGRAM, "tune", "towers.toml", "--space", "space.toml", "--trials", "9", "--out", "killed", "--no-test",
               "--parallel", "2"]  # fmt: skip
    with subprocess.Popen(command, cwd=searched, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        path = searched / "killed" / "journal.jsonl"
        while (not path.exists() or path.read_text().count("\n") < 4) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    kept = journal(searched, "killed")
    assert 3 <= len(kept) < 12
    with open(path, "a", encoding="utf-8") as file:
        file.write('{"trial": 8, "rou')  # a line that was cut off
    time.sleep(0.5)  # its children end with it
    tune(searched, "killed", "--no-test")
    now = journal(searched, "killed")
    assert all(now[key] == record for key, record in kept.items())  # with their times: not trained again
    assert without_times(now) == without_times(journal(searched))


def test_hopeless_trials_are_stopped_by_their_curve(searched):
    (searched / "wide.toml").write_text('"training.optimizer.adam" = [1e-7, 0.02]\n')
    arguments = ["--search", "random", "--set", "training.epochs=8", "--no-test", "--trials", 24]
    run("tune", "towers.toml", "--space", "wide.toml", "--out", "median", *arguments, cwd=searched)
    trials = board(searched, "median")["trials"]
    cut = [trial for trial in trials if trial["cut"]]
    assert cut and all(trial["trial"] >= 8 and 3 <= trial["epochs"] <= 8 for trial in cut)
    assert board(searched, "median")["best"]["settings"]["training.optimizer.adam"] == 0.02
    run("tune", "towers.toml", "--space", "wide.toml", "--out", "median-1", *arguments, "--parallel", 1, cwd=searched)
    assert without_times(journal(searched, "median-1")) == without_times(journal(searched, "median"))


def test_given_points_come_first(searched):
    points = [{"training.optimizer.adam": 0.01, "training.batch": 256, "dims": 4}]
    (searched / "points.jsonl").write_text("\n".join(map(json.dumps, points)) + "\n")
    tune(searched, "points", "--points", "points.jsonl", "--search", "random", "--no-test", trials=1)
    assert board(searched, "points")["trials"][0]["settings"] == points[0]


def test_a_trial_that_fails_is_last(searched):
    (searched / "odd.toml").write_text('training.batch = [128, 0]\n')
    run("tune", "towers.toml", "--space", "odd.toml", "--out", "odd", "--trials", 6, "--no-test", cwd=searched)
    trials = board(searched, "odd")["trials"]
    failed = [trial for trial in trials if "error" in trial]
    assert failed and trials[-len(failed) :] == failed
    assert all("batch" in trial["error"] and trial["settings"]["training.batch"] == 0 for trial in failed)


def test_kinds_without_epochs_are_searched_at_random(searched):
    (searched / "popular.toml").write_text('[data]\ntable = "ratings.csv"\nuser = "user"\n[model]\nkind = "popularity"\n[items]\nid = "title"\n')
    shown = run("tune", "popular.toml", "--show-space", cwd=searched).stdout
    assert shown == '"model.count" = { values = ["rows", "users"] }\n'
    run("tune", "popular.toml", "--trials", 4, "--out", "popular", cwd=searched)
    assert board(searched, "popular")["search"] == "random"
    assert "test" in board(searched, "popular")


def test_the_default_space_is_of_the_config(searched):
    shown = run("tune", "towers.toml", "--show-space", cwd=searched).stdout
    assert '"training.optimizer.adam" = { min = 0.002, max = 0.05, log = true }' in shown
    assert '"training.batch" = { values = [128, 256, 512] }' in shown
    assert 'dropout = { keys = ["ranking.0.layers.1.dropout"], min = 0' in shown
    assert "features.title_words.dim" in shown


@pytest.mark.parametrize(
    "arguments, words, code",
    [
        (["--space", "none.toml"], "none.toml", 3),
        (["--search", "grid"], "grid", 2),
        (["--out", "halving", "--set", "training.epochs=4"], "is of a search with other settings", 2),
        (["--metric", "beauty", "--trials", "1", "--out", "metric"], "metric 'beauty': the evaluation has none of that name", 2),
    ],
)
def test_mistakes_are_named(searched, arguments, words, code):
    assert words in error("tune", "towers.toml", "--no-test", *arguments, cwd=searched, code=code)


def test_a_stopped_search_says_how_to_go_on(searched):
    command = [PROGRAM, "tune", "towers.toml", "--space", "space.toml", "--trials", "9", "--out", "stopped", "--no-test"]
    with subprocess.Popen(command, cwd=searched, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        deadline = time.monotonic() + 60
        path = searched / "stopped" / "journal.jsonl"
        while (not path.exists() or path.read_text().count("\n") < 2) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        told = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "stopped; finished trials are kept in stopped, and the same command goes on" in told
    tune(searched, "stopped", "--no-test")
    assert without_times(journal(searched, "stopped")) == without_times(journal(searched))
