"""Rows without a label: retrieval learns from them, and each ranking task leaves them out."""

import json

import pytest

from program import error, hashes, run
from tables import config, items, pairs, train, write


def table(folder, name="in.csv", cold=3, without=(7, 8, 9), value=""):
    rows = [f"u{u},i{i},{value if n in without else r}\n" for n, (u, i, r) in enumerate(pairs(500))]
    rows += [f"u{n},cold{n},{value}\n" for n in range(cold)]
    write(folder, "user,item,rating\n" + "".join(rows), name)


USER = config().replace("[features]", 'user = "user"\n[features]', 1).replace(
    "split = { train = 0.8, validation = 0.1, test = 0.1 }\n\nuser", 'split = { train = 0.8, validation = 0.1, test = 0.1 }\nuser')


def test_rows_without_a_label_train_retrieval_alone(tmp_path):
    table(tmp_path)
    (tmp_path / "c.toml").write_text(USER)
    done = run("train", "c.toml", "--out", "bundle", cwd=tmp_path)
    assert done.stderr.count("6 of 503 rows have no 'rating': they are used only for retrieval") == 1
    assert {"cold0", "cold1", "cold2"} <= set(items(tmp_path / "bundle"))
    report = json.loads(run("evaluate", "bundle", "--split", "all", "--format", "json", cwd=tmp_path).stdout)
    assert all(figure["value"] == figure["value"] for task in report["tasks"] for figure in task["model"].values())
    run("similar", "bundle", "i3", cwd=tmp_path)
    run("predict", "bundle", "--data", "in.csv", "--out", "p.csv", "--quiet", cwd=tmp_path)


def test_a_row_without_a_label_changes_nothing_of_the_ranking(tmp_path):
    """Its label counts for nothing: whatever it is called, mean, range and baselines are those of the others."""
    labels = {}
    for number, value in enumerate(["", " ", "NaN"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        table(folder, value=value)
        train(folder, USER.replace("[data]", '[data]\nmissing = ["NaN"]', 1))
        labels[number] = json.loads((folder / "bundle" / "manifest.json").read_text()).get("labels")
        report = json.loads((folder / "bundle" / "report.json").read_text())
        labels[number] = (labels[number], [task["baselines"] for task in report["tasks"] if task["task"] == "rating"])
    assert labels[0] == labels[1] == labels[2]
    ratings = [r for n, (_, _, r) in enumerate(pairs(500)) if n not in (7, 8, 9)]
    assert min(ratings) == 1 and "nan" not in json.dumps(labels[0]).lower()


def test_resume_ends_where_the_whole_run_ends(tmp_path):
    table(tmp_path)
    toml = USER.replace("epochs = 1", "epochs = 3")
    train(tmp_path, toml)
    whole = hashes(tmp_path / "bundle")
    (tmp_path / "d.toml").write_text(toml)
    run("train", "d.toml", "--out", "other", "--quiet", "--set", "training.epochs=1", cwd=tmp_path)
    run("train", "d.toml", "--out", "other", "--quiet", "--resume", cwd=tmp_path)
    assert hashes(tmp_path / "other")["weights.safetensors"] == whole["weights.safetensors"]


def test_without_retrieval_a_row_needs_its_label(tmp_path):
    table(tmp_path, cold=0)
    toml = USER[:USER.index("[retrieval]")] + USER[USER.index("[[ranking]]"):]
    assert train(tmp_path, toml, 3) == "in.csv: row 8: label column 'rating': got nothing, need a finite number"


def test_a_table_in_which_no_training_row_has_a_label_is_refused(tmp_path):
    table(tmp_path, without=range(500))
    assert train(tmp_path, USER, 3) == "in.csv: no training row has a label"


def test_evaluate_reads_a_table_with_missing_labels(tmp_path):
    table(tmp_path, cold=0, without=())
    train(tmp_path, USER)
    table(tmp_path, "later.csv", cold=0, without=range(0, 500, 2))
    report = json.loads(run("evaluate", "bundle", "--data", "later.csv", "--format", "json", cwd=tmp_path).stdout)
    assert report["rows"] == 500
    table(tmp_path, "none.csv", cold=0, without=range(500))
    run("evaluate", "bundle", "--data", "none.csv", cwd=tmp_path)


@pytest.mark.parametrize("value", ["", " ", "NaN"])
def test_init_uses_a_label_that_some_rows_lack(tmp_path, value):
    rows = "".join(f"u{u},i{i},{value if n % 50 == 0 else r}\n" for n, (u, i, r) in enumerate(pairs(400)))
    write(tmp_path, "user,item,rating\n" + rows)
    run("init", "in.csv", "--out", "c.toml", cwd=tmp_path)
    text = (tmp_path / "c.toml").read_text()
    assert 'label  = "rating"' in text and "8 of 400 rows have no value" in text
    done = run("train", "c.toml", "--out", "bundle", "--set", "training.epochs=1", cwd=tmp_path)
    assert "8 of 400 rows have no 'rating'" in done.stderr
