"""What is measured: another table than that of the training, ranks and lists, the monitor."""

import csv
import json
import math

import pytest

from evaluated import CONFIG, Place, baseline, figures, make_rows, write
from program import run


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("evaluation"))


def test_the_training_table_is_known_by_its_values(place):
    kept = json.loads((place.folder / "bundle" / "report.json").read_text())
    again = place.report()
    assert again["split"] == "test" and not again["other_table"] and "known" not in again
    assert again["tasks"] == kept["tasks"] and again["share_in_train"] == kept["share_in_train"]
    # The same values under another name and in another format are the same table.
    with open(place.folder / "ratings.csv") as file, open(place.folder / "copy.tsv", "w") as copy:
        csv.writer(copy, delimiter="\t", lineterminator="\n").writerows(csv.reader(file))
    assert place.report("--data", "copy.tsv")["tasks"] == kept["tasks"]


def test_another_table_is_measured_whole_with_the_bundles_baselines(place):
    march = place.rows
    april = make_rows(seed=7, users=8) + [("new1", "i1", 5), ("new2", "i2", 4), ("new2", "j1", 4), ("u1", "j2", 3)]
    write(place.folder / "april.csv", april)
    report = place.report("--data", "april.csv")
    assert report["other_table"] and report["split"] == "all" and report["rows"] == len(april)
    known = {entry["column"]: entry for entry in report["known"]}
    new = [i for _, i, _ in april if i not in {i for _, i, _ in march}]
    assert {"j1", "j2"} <= set(new)
    assert known["item"]["unknown"] == len(set(new)) and known["item"]["unknown_rows"] == len(new)
    assert known["user"] == {"column": "user", "distinct": 10, "unknown": 2, "unknown_rows": 3}
    # The global mean is that of the training rows of March, so its error on April can be computed from the bundle.
    mean = place.tensor("baselines", "label/0/mean", "d")[0]
    expected = math.sqrt(sum((r - mean) ** 2 for _, _, r in april) / len(april))
    assert baseline(report, "global mean", "rating")["rmse"] == pytest.approx(expected, rel=1e-6)
    # An unknown item is a miss: no k of the catalogue finds it.
    catalogue = len({i for _, i, _ in march})
    assert figures(report)["mean_rank"] <= catalogue + 1
    text = run("evaluate", "bundle", "--data", "april.csv", cwd=place.folder).stdout
    assert f"all: {len(april)} rows of another table than the model was trained on" in text
    assert "2 of the 10 values of 'user' are unknown to the model, in 3 rows." in text
    assert "These rows include those that the model was fitted on" not in text


def test_figures_of_another_table_do_not_depend_on_its_size(place):
    """The baselines are March's: a single row of April is measured like the whole of it."""
    write(place.folder / "one.csv", [("u1", "i3", 5)])
    write(place.folder / "two.csv", [("u1", "i3", 5), ("u1", "i3", 5)])
    one, two = place.report("--data", "one.csv"), place.report("--data", "two.csv")
    assert one["rows"] == 1 and two["rows"] == 2
    for task in ("retrieval", "rating"):
        assert figures(one, task) == figures(two, task)
    assert baseline(one, "popularity") == baseline(two, "popularity")


def test_rows_of_another_table_that_were_trained_on_are_counted(place):
    write(place.folder / "half.csv", place.rows[: len(place.rows) // 2])
    assert place.report("--data", "half.csv")["share_in_train"] == pytest.approx(0.8, abs=0.06)
    write(place.folder / "fresh.csv", make_rows(seed=9, first_user=1000))
    assert place.report("--data", "fresh.csv")["share_in_train"] == 0


def test_unknown_and_seen_items_are_misses_at_any_k(tmp_path):
    """Also where k is beyond the whole catalogue."""
    rows = make_rows(users=10, items=12, each=4)
    write(tmp_path / "ratings.csv", rows)
    (tmp_path / "c.toml").write_text(CONFIG.replace("train = 0.8, validation = 0.1, test = 0.1", "train = 1, validation = 0, test = 0"))
    run("train", "c.toml", "--out", "bundle", "--quiet", cwd=tmp_path)

    def measured(row):
        write(tmp_path / "new.csv", [row])
        return json.loads(run("evaluate", "bundle", "--data", "new.csv", "--format", "json", cwd=tmp_path).stdout)

    unknown, seen = measured(("u1", "j1", 5)), measured(rows[0])
    assert figures(unknown)["top_100"] == figures(unknown)["unseen_top_100"] == figures(unknown, "list")["ndcg@100"] == 0
    assert figures(seen)["top_100"] == 1 and figures(seen)["unseen_top_100"] == figures(seen, "list")["recall@100"] == 0
    for report in (unknown, seen):
        assert baseline(report, "popularity")["unseen_top_100"] == baseline(report, "popularity", "list")["top_100"] == 0


def test_another_table_can_be_split_on_request_and_needs_no_column_for_a_split(tmp_path):
    config = CONFIG.replace("split = { train = 0.8, validation = 0.1, test = 0.1 }", 'split = { by = "column", column = "part" }')
    rows = make_rows(users=10)
    (tmp_path / "c.toml").write_text(config)
    parts = ["train"] * 8 + ["validation", "test"]
    (tmp_path / "ratings.csv").write_text(
        "user,item,rating,part\n" + "".join(f"{u},{i},{r},{parts[n % 10]}\n" for n, (u, i, r) in enumerate(rows))
    )
    run("train", "c.toml", "--out", "bundle", "--quiet", cwd=tmp_path)
    write(tmp_path / "new.csv", rows[:50])
    report = json.loads(run("evaluate", "bundle", "--data", "new.csv", "--format", "json", cwd=tmp_path).stdout)
    assert report["rows"] == 50 and report["other_table"]
    assert "part" in run("evaluate", "bundle", "--data", "new.csv", "--split", "test", cwd=tmp_path, code=3).stderr


def brute_force(place, masked):
    """Positions in retrieval's order of all items."""
    ids = json.loads((place.folder / "bundle" / "items.json").read_text())["ids"]
    seen = place.seen()
    positions = {}
    orders = {}
    for user, item, _ in place.test_rows:
        if user not in orders:
            orders[user] = place.ids(user, "-k", len(ids), "--keep-seen", "--order", "score")
        allowed = [name for name in orders[user] if not masked or name not in seen[user]]
        positions.setdefault(user, []).append(allowed.index(item) + 1 if item in allowed else len(ids) + 1)
    return positions


def test_both_forms_are_those_of_brute_force(tmp_path):
    config = CONFIG.replace("split = { train = 0.8, validation = 0.1, test = 0.1 }", 'split = { by = "order", train = 0.8, validation = 0.1, test = 0.1 }')
    place = Place(tmp_path, config)
    place.test_rows = place.rows[len(place.rows) * 9 // 10 :]
    report = figures(place.report())
    for prefix, masked in (("", False), ("unseen_", True)):
        lists = brute_force(place, masked)
        everything = [p for of_user in lists.values() for p in of_user]
        assert report[prefix + "top_10"] == pytest.approx(sum(p <= 10 for p in everything) / len(everything), abs=1e-6)
        assert report[prefix + "mrr"] == pytest.approx(sum(1 / p for p in everything) / len(everything), rel=1e-2)  # ties count against the model
        recall = [sum(p <= 10 for p in of_user) / len(of_user) for of_user in lists.values()]
        assert report[prefix + "recall@10"] == pytest.approx(sum(recall) / len(recall), abs=1e-6)
        ndcg = [
            sum(1 / math.log2(1 + p) for p in of_user if p <= 10) / sum(1 / math.log2(2 + r) for r in range(min(10, len(of_user))))
            for of_user in lists.values()
        ]
        assert report[prefix + "ndcg@10"] == pytest.approx(sum(ndcg) / len(ndcg), rel=1e-2)
    popularity = baseline(place.report(), "popularity")
    assert popularity["unseen_top_10"] > popularity["top_10"]  # popular items were seen
    assert {"unseen_recall@50", "unseen_ndcg@50", "unseen_mean_rank"} <= set(popularity)


def test_the_default_monitor_is_the_list_that_is_served(tmp_path):
    def stopped(name, section, config=CONFIG):
        place = Place(tmp_path, config.replace("[training]", f"[training]\nearly_stopping = {{ patience = 2{section} }}").replace("epochs    = 3", "epochs = 12"), name)
        epochs = json.loads((tmp_path / name / "history.json").read_text())["epochs"]
        return (tmp_path / name / "weights.safetensors").read_bytes(), [e["validation"] for e in epochs]

    default, validation = stopped("default", "")
    assert {"unseen_ndcg@10", "ndcg@10", "recall@10", "unseen_recall@10"} <= set(validation[0])
    assert default == stopped("named", ', monitor = "unseen_ndcg@10"')[0]
    values = [figures["unseen_ndcg@10"] for figures in validation]
    assert len(values) == 12 or len(values) - 1 - values.index(max(values)) == 2
    keep = CONFIG + '\n[recommend]\nseen = "keep"\n'
    assert stopped("kept", "", keep)[0] == stopped("kept2", ', monitor = "ndcg@10"', keep)[0]
    anyone = CONFIG.replace('user  = "user"\n', "")
    assert stopped("anyone", "", anyone)[0] == stopped("anyone2", ', monitor = "loss"', anyone)[0]
