"""Splits by user, of each user's last rows, and of random rows of each user, from a config to the report."""

import json
import random

import pytest

from program import error, run
from test_doctor import CONFIG, make_rows, write


def trained(folder, split, name="bundle"):
    config = CONFIG.replace('{ by = "time", column = "at", train = 0.8, validation = 0.1, test = 0.1 }', split)
    assert split in config
    write(folder, make_rows(), config)
    run("train", "config.toml", "--out", name, "--quiet", cwd=folder)
    return json.loads((folder / name / "report.json").read_text())


def figures(report, task=0):
    return {name: figure["value"] for name, figure in report["tasks"][task]["model"].items()}


@pytest.mark.parametrize(
    ("split", "rows"),
    [
        ('{ by = "last", column = "at", validation = 1, test = 2 }', 100),
        ('{ by = "last", validation = 0, test = 0.2 }', 300),
        ('{ by = "stratified", validation = 0, test = 0.25 }', 400),
        ('{ by = "user", train = 40, validation = 0, test = 10 }', 300),
    ],
)
def test_hold_out_rows_of_users(tmp_path, split, rows):
    report = trained(tmp_path, split)
    assert report["rows"] == rows
    assert {"unseen_ndcg@10", "unseen_map@10", "unseen_precision@5", "unseen_list_auc"} <= set(figures(report))
    again = json.loads(run("evaluate", "bundle", "--format", "json", cwd=tmp_path).stdout)
    assert again["tasks"] == report["tasks"]


def test_the_last_rows_of_users_are_later_than_all_their_others(tmp_path):
    trained(tmp_path, '{ by = "last", column = "at", validation = 0, test = 1 }')
    rows = make_rows()
    last = {}
    for row in rows:
        last[row["user"]] = max(last.get(row["user"], row), row, key=lambda r: r["at"])
    write(tmp_path, list(last.values()), (tmp_path / "config.toml").read_text())
    (tmp_path / "ratings.csv").rename(tmp_path / "last.csv")
    # The test rows, as a table of their own, have the same figures.
    other = json.loads(run("evaluate", "bundle", "--data", "last.csv", "--format", "json", cwd=tmp_path).stdout)
    assert other["rows"] == 50
    report = json.loads((tmp_path / "bundle" / "report.json").read_text())
    for name, value in figures(report).items():
        assert figures(other)[name] == pytest.approx(value, abs=1e-6), name


def test_the_same_bytes_whatever_the_number_of_threads(tmp_path):
    config = CONFIG.replace('by = "time", column = "at", train = 0.8', 'by = "stratified"')
    write(tmp_path, make_rows(), config)
    for threads in (1, 3):
        run("train", "config.toml", "--out", f"t{threads}", "--threads", threads, "--quiet", cwd=tmp_path)
    names = ("report.json", "model.safetensors", "baselines.safetensors")
    for name in names:
        path = tmp_path / "t1" / name
        if path.exists():
            assert path.read_bytes() == (tmp_path / "t3" / name).read_bytes(), name
    assert (tmp_path / "t1" / "report.json").exists()


def test_need_a_user(tmp_path):
    config = CONFIG.replace('user  = "user"\n', "").replace('by = "time", column = "at"', 'by = "last"')
    write(tmp_path, make_rows(), config)
    assert "data.user" in error("train", "config.toml", "--out", "bundle", cwd=tmp_path, code=2)


def segments(folder, *by):
    arguments = [word for name in by for word in ("--by", name)]
    return json.loads(run("evaluate", "bundle", "--format", "json", *arguments, cwd=folder).stdout)


def test_segments_add_up_to_all_rows(tmp_path):
    trained(tmp_path, '{ by = "stratified", validation = 0, test = 0.25 }')
    report = segments(tmp_path, "genre", "popularity", "new_users", "at")
    for by in ("genre", "popularity", "new_users", "at"):
        of = [segment for segment in report["segments"] if segment["by"] == by]
        assert sum(segment["rows"] for segment in of) == report["rows"] == 400
        for task, name in ((0, "unseen_top_10"), (1, "mae")):
            sums = sum(segment["rows"] * segment["tasks"][task]["model"][name]["value"] for segment in of)
            assert sums / 400 == pytest.approx(figures(report, task)[name], abs=1e-9), (by, name)
    assert {s["segment"] for s in report["segments"] if s["by"] == "genre"} == {f"g{n}" for n in range(7)}
    assert {s["segment"] for s in report["segments"] if s["by"] == "popularity"} == {"head", "middle", "tail"}
    assert len([s for s in report["segments"] if s["by"] == "at"]) == 4
    text = run("evaluate", "bundle", "--by", "popularity", cwd=tmp_path).stdout
    assert "of retrieval by popularity" in text and "  head" in text


def test_segments_of_new_users_and_items(tmp_path):
    rows = make_rows()
    for row in rows[1400:]:
        row["user"] = f"new{random.Random(row['at']).randrange(9)}"
        row["item"] = "brand new"
    write(tmp_path, rows)
    run("train", "config.toml", "--out", "bundle", "--quiet", cwd=tmp_path)
    report = segments(tmp_path, "new_users", "new_items")
    counts = {segment["segment"]: segment["rows"] for segment in report["segments"]}
    assert counts == {"known users": 50, "new users": 100, "known items": 50, "new items": 100}
    assert error("evaluate", "bundle", "--by", "colour", cwd=tmp_path, code=2).startswith("--by colour: the table has no")


def test_reports_have_the_figures_beyond_accuracy(tmp_path):
    report = trained(tmp_path, '{ by = "stratified", validation = 0, test = 0.25 }')
    model = {name: figure["value"] for name, figure in report["list"]["model"].items()}
    popularity = next(b for b in report["list"]["baselines"] if b["name"] == "popularity")["figures"]
    assert 0 < model["coverage@10"] <= 1 and 0 <= model["gini@10"] < 1 and model["novelty@10"] > 0
    assert 0 <= model["diversity@10"] <= 2
    assert popularity["novelty@10"]["value"] <= model["novelty@10"] + 1e-9  # nothing is less novel than the popular
    text = run("evaluate", "bundle", "--full", cwd=tmp_path).stdout
    assert "coverage@10" in text and "list_auc" in text
    assert "coverage@10" not in run("evaluate", "bundle", cwd=tmp_path).stdout


@pytest.mark.parametrize("monitor", ["unseen_map@10", "unseen_list_auc", "precision@5", "hit@10", "unseen_mrr@5"])
def test_figures_of_lists_can_be_watched(tmp_path, monitor):
    config = CONFIG.replace("epochs    = 1", f'epochs    = 3\nearly_stopping = {{ monitor = "{monitor}", patience = 2 }}')
    write(tmp_path, make_rows(), config)
    run("train", "config.toml", "--out", "bundle", "--quiet", cwd=tmp_path)
    history = json.loads((tmp_path / "bundle" / "history.json").read_text())
    values = [epoch["validation"][monitor] for epoch in history["epochs"]]
    assert history["kept_epoch"] == 1 + max(range(len(values)), key=lambda epoch: (values[epoch], -epoch))


def test_figures_of_clicks_can_be_watched(tmp_path):
    rows = [row | {"clicked": int(row["rating"] > 3)} for row in make_rows()]
    config = CONFIG.replace('label  = "rating"', 'label  = "clicked"\nloss   = "binary_crossentropy"')
    write(tmp_path, rows, config)
    run("train", "config.toml", "--out", "bundle", "--quiet", cwd=tmp_path)
    history = json.loads((tmp_path / "bundle" / "history.json").read_text())
    assert {"gauc", "calibration_error"} <= set(history["epochs"][0]["validation"])
    report = json.loads((tmp_path / "bundle" / "report.json").read_text())
    assert 0 < report["tasks"][1]["model"]["gauc"]["value"] < 1
    assert 0 <= report["tasks"][1]["model"]["calibration_error"]["value"] < 1
