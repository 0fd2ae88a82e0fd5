"""What a training that fails leaves behind (nothing), and what one says that has nothing left to do."""

import datetime
import json
import os
import re

import pytest

from program import CONFIG, error, place, run, small  # noqa: F401


@pytest.mark.parametrize("change, code", [
    (('label  = "rating"', 'label  = "ratin"'), 3),
    (("dense = 8", "dens = 8"), 2),
    (("age_group   = {", 'missing = { kind = "category", dim = 4 }\nage_group   = {'), 3),
])
def test_a_training_that_cannot_begin_leaves_no_folder(small, change, code):  # noqa: F811
    (small / "config.toml").write_text(CONFIG.replace(*change).replace('"age_group"]', '"age_group", "missing"]' if "missing" in change[1] else '"age_group"]'))
    before = sorted(path.name for path in small.iterdir())
    error("train", "config.toml", "--out", "runs/deep/bundle", "--quiet", cwd=small, code=code)
    assert sorted(path.name for path in small.iterdir()) == before
    (small / "runs").mkdir()
    error("train", "config.toml", "--out", "runs/deep/bundle", "--quiet", cwd=small, code=code)
    assert list((small / "runs").iterdir()) == []


def test_what_was_in_a_folder_stays_when_a_training_fails(small):  # noqa: F811
    (small / "config.toml").write_text(CONFIG.replace('label  = "rating"', 'label  = "ratin"'))
    (small / "out").mkdir()
    (small / "out/notes.txt").write_text("mine")
    error("train", "config.toml", "--out", "out", "--quiet", cwd=small, code=3)
    assert [path.name for path in (small / "out").iterdir()] == ["notes.txt"]


def test_the_report_of_a_run_has_its_name_date_and_table_and_that_of_the_bundle_no_date(place):  # noqa: F811
    dated, undated = (place / name for name in ("bundle/run/report.html", "bundle/report.html"))
    date = r"<div><dt>date</dt><dd>\d{4}-\d\d-\d\d \d\d:\d\d UTC</dd></div>\n"
    head = re.search(r"<h1>config</h1>.*?</dl>", dated.read_text(), re.DOTALL).group()
    assert re.search(date + "<div><dt>table</dt><dd>ratings.csv</dd></div>", head), head
    assert re.sub(date, "", dated.read_text()) == undated.read_text()
    assert "learning curves in bundle/run/report.html" in (place / "train.stderr").read_text()


def test_resuming_a_finished_run_says_so_and_what_to_do(small):  # noqa: F811
    run("train", "config.toml", "--out", "bundle", "--epochs", 2, "--quiet", cwd=small)
    words = run("train", "config.toml", "--out", "bundle", "--epochs", 2, "--resume", cwd=small).stderr
    assert "bundle: the run is finished: all 2 epochs are done; train longer with --set training.epochs=N" in words
    assert "start again with --overwrite" in words
    words = run("train", "config.toml", "--out", "bundle", "--set", "training.epochs=3", "--resume", cwd=small).stderr
    assert "finished" not in words and re.search(r"^epoch +3/3 ", words, re.MULTILINE)


def test_resuming_a_run_that_stopped_early_says_so(small):  # noqa: F811
    arguments = ["train", "config.toml", "--out", "bundle", "--epochs", 30, "--set", "training.optimizer={ adam = 0.3 }",
                 "--set", 'training.early_stopping={ monitor = "loss", patience = 1 }']
    words = run(*arguments, cwd=small).stderr
    stopped = int(re.search(r"stopped after epoch (\d+)", words).group(1))
    assert stopped < 30
    words = run(*arguments, "--resume", cwd=small).stderr
    assert f"the run is finished: training.early_stopping ended it after epoch {stopped}; start again with --overwrite" in words


def test_epoch_lines_show_what_is_watched_and_mark_the_best(small):  # noqa: F811
    config = CONFIG.replace('["country", "age_group"]', '["country", "age_group", "user"]')
    (small / "config.toml").write_text(config.replace("[query]", 'user = { kind = "category", dim = 4 }\n\n[query]'))
    words = run("train", "config.toml", "--out", "bundle", "--epochs", 6, cwd=small).stderr
    assert "monitor     unseen_ndcg@10 of the validation rows; * marks the best epoch so far" in words
    lines = [line for line in words.splitlines() if re.match(r"epoch +\d", line)]
    assert len(lines) == 6
    best = -1.0
    for line in lines:
        assert len(line) <= 80
        value, mark = re.search(r"\| validation  unseen_ndcg@10 +(\S+?)(\*?) ", line).groups()
        assert (mark == "*") == (float(value) > best), lines
        best = max(best, float(value))


def test_times_of_a_run_are_in_utc_wherever_it_runs(small):  # noqa: F811
    begin = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    run("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 1, cwd=small, env={**os.environ, "TZ": "Asia/Tokyo"})
    times = json.loads((small / "bundle/run/run.json").read_text())
    started, ended = (datetime.datetime.strptime(times[key], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc) for key in ("started", "ended"))
    assert begin <= started <= ended <= datetime.datetime.now(datetime.timezone.utc)
