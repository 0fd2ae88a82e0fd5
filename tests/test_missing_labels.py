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
        stored = json.loads((folder / "bundle" / "labels.json").read_text())
        report = json.loads((folder / "bundle" / "report.json").read_text())
        labels[number] = (stored, [task["baselines"] for task in report["tasks"] if task["task"] == "rating"])
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
    assert train(tmp_path, USER, 3) == "in.csv: label column 'rating': no training row has a value"


def test_evaluate_reads_a_table_with_missing_labels(tmp_path):
    table(tmp_path, cold=0, without=())
    train(tmp_path, USER)
    table(tmp_path, "later.csv", cold=0, without=range(0, 500, 2))
    report = json.loads(run("evaluate", "bundle", "--data", "later.csv", "--format", "json", cwd=tmp_path).stdout)
    assert report["rows"] == 500
    table(tmp_path, "none.csv", cold=0, without=range(500))
    done = run("evaluate", "bundle", "--data", "none.csv", cwd=tmp_path)
    assert "No row has a 'rating', so its predictions are not measured." in done.stdout + done.stderr


@pytest.mark.parametrize("value", ["", " ", "NaN"])
def test_init_uses_a_label_that_some_rows_lack(tmp_path, value):
    rows = "".join(f"u{u},i{i},{value if n % 50 == 0 else r}\n" for n, (u, i, r) in enumerate(pairs(400)))
    write(tmp_path, "user,item,rating\n" + rows)
    run("init", "in.csv", "--out", "c.toml", cwd=tmp_path)
    text = (tmp_path / "c.toml").read_text()
    assert 'label  = "rating"' in text and "8 of 400 rows have no value" in text
    done = run("train", "c.toml", "--out", "bundle", "--set", "training.epochs=1", cwd=tmp_path)
    assert "8 of 400 rows have no 'rating'" in done.stderr


def two_labels(folder, rows, first="rating", second="seconds", name="in.csv"):
    """A table with two labels, and a config that ranks by both."""
    write(folder, f"user,item,{first},{second}\n" + "".join(f"u{u},i{i},{a},{b}\n" for u, i, a, b in rows), name)


def holes(rows=500):
    """Every third row lacks the first label, every fifth the second, so some lack both."""
    for n, (user, item, rating) in enumerate(pairs(rows)):
        yield user, item, "" if n % 3 == 0 else rating, "" if n % 5 == 0 else 100 * rating + n % 7


def ranking(label, weight=1):
    return f'[[ranking]]\nlabel = "{label}"\nweight = {weight}\nlayers = [{{ cross = "full" }}, {{ dense = 8, activation = "relu" }}]\n\n'


def ranked(*rankings):
    """USER with these rankings instead of its own."""
    at = USER.index("[[ranking]]")
    return USER[:at] + "".join(rankings) + USER[USER.index("[training]"):].replace("epochs = 1", "epochs = 3")


def measured(folder, label, suffix=""):
    """What a bundle says of a label: its range and scale, its report with baselines, and each epoch's figures."""
    bundle = folder / "bundle"
    read = lambda name: json.loads((bundle / name).read_text())
    scale = next(entry for entry in read("labels.json") if entry["label"] == label)
    report = next(task for task in read("report.json")["tasks"] if task["task"] == label)
    names = ["ranking_loss", "rmse", "mae"]
    epochs = [{name: part.get(name + suffix) for name in names}
              for epoch in read("history.json")["epochs"] for part in (epoch["train"], epoch["validation"])]
    assert all(epoch["rmse"] > 0 for epoch in epochs)
    return scale, report, epochs


@pytest.mark.parametrize("label", ["rating", "seconds"])
def test_a_task_measures_as_if_its_label_were_the_only_one(tmp_path, label):
    """Slow twin: the same table with this label alone. The other task has no weight, so the models are the same."""
    both, alone = tmp_path / "both", tmp_path / "alone"
    for folder in (both, alone):
        folder.mkdir()
        two_labels(folder, holes())
    train(both, ranked(*(ranking(name, int(name == label)) for name in ("rating", "seconds"))))
    train(alone, ranked(ranking(label)))
    assert measured(both, label, f" of {label}") == measured(alone, label)


def test_each_label_is_reported_with_its_own_rows(tmp_path):
    two_labels(tmp_path, holes())
    (tmp_path / "c.toml").write_text(ranked(ranking("rating"), ranking("seconds")))
    done = run("train", "c.toml", "--out", "bundle", cwd=tmp_path)
    assert done.stderr.count("167 of 500 rows have no 'rating': the ranking by it leaves them out") == 1
    assert done.stderr.count("100 of 500 rows have no 'seconds': the ranking by it leaves them out") == 1


def test_two_sources_with_a_label_each(tmp_path):
    """No row has both labels, as where ratings and plays come from two systems; both are learnt."""
    rows = [(u, i, r if n % 2 else "", "" if n % 2 else 10 * r) for n, (u, i, r) in enumerate(pairs(2000))]
    two_labels(tmp_path, rows)
    train(tmp_path, ranked(ranking("rating"), ranking("seconds")).replace("epochs = 3", "epochs = 20"))
    report = json.loads((tmp_path / "bundle" / "report.json").read_text())
    for label in ("rating", "seconds"):
        task = next(task for task in report["tasks"] if task["task"] == label)
        mean = next(b for b in task["baselines"] if b["name"] == "global mean")
        assert task["model"]["rmse"]["value"] < 0.9 * mean["figures"]["rmse"]["value"]


def test_resume_with_two_labels_ends_where_the_whole_run_ends(tmp_path):
    two_labels(tmp_path, holes())
    toml = ranked(ranking("rating"), ranking("seconds"))
    train(tmp_path, toml)
    whole = {name: (tmp_path / "bundle" / name).read_bytes() for name in ("weights.safetensors", "history.json")}
    run("train", "c.toml", "--out", "other", "--quiet", "--set", "training.epochs=1", cwd=tmp_path)
    run("train", "c.toml", "--out", "other", "--quiet", "--resume", cwd=tmp_path)
    assert {name: (tmp_path / "other" / name).read_bytes() for name in whole} == whole


def test_without_retrieval_a_row_needs_one_of_its_labels(tmp_path):
    toml = ranked(ranking("rating"), ranking("seconds"))
    toml = toml[:toml.index("[retrieval]")] + toml[toml.index("[[ranking]]"):]
    rows = [(u, i, r if n % 2 else "", "" if n % 2 else 10 * r) for n, (u, i, r) in enumerate(pairs(500))]
    two_labels(tmp_path, rows)
    train(tmp_path, toml)
    two_labels(tmp_path, [*rows, (1, 1, "", "")])
    assert train(tmp_path, toml, 3, "--overwrite") == (
        "in.csv: row 501: label columns 'rating', 'seconds': got nothing, need a finite number in at least one of them")


def test_a_split_without_a_label_is_said_and_not_measured(tmp_path):
    """The newest rows, which are the test rows, have no rating yet."""
    rows = [(u, i, r if n < 400 else "", 10 * r) for n, (u, i, r) in enumerate(pairs(500))]
    two_labels(tmp_path, rows)
    toml = ranked(ranking("rating"), ranking("seconds")).replace(
        "split = { train = 0.8, validation = 0.1, test = 0.1 }",
        'split = { by = "order", train = 400, validation = 50, test = 50 }')
    train(tmp_path, toml)
    report = json.loads((tmp_path / "bundle" / "report.json").read_text())
    assert [task["task"] for task in report["tasks"]] == ["retrieval", "seconds"]
    assert "No row has a 'rating', so its predictions are not measured." in report["warnings"]
    epoch = json.loads((tmp_path / "bundle" / "history.json").read_text())["epochs"][-1]
    assert "rmse of rating" in epoch["train"] and "rmse of rating" not in epoch["validation"]
    run("evaluate", "bundle", cwd=tmp_path)
