"""What is measured is what is served: another table, seen items, the order of lists, pages, exclusions by query."""

import array
import csv
import json
import math
import random

import pytest

from program import run
from serving import serving

CONFIG = """
[data]
table = "ratings.csv"
split = { train = 0.8, validation = 0.1, test = 0.1 }
user  = "user"

[features]
user = { kind = "category", dim = 8 }
item = { kind = "category", dim = 8 }

[query]
features = ["user"]

[items]
id       = "item"
features = ["item"]

[retrieval]
top_k = [1, 5, 10, 50, 100]

[[ranking]]
label  = "rating"
layers = [{ dense = 16, activation = "relu" }]

[training]
epochs    = 3
batch     = 256
optimizer = { adam = 0.01 }
"""

NO_RANKING = CONFIG.replace('[[ranking]]\nlabel  = "rating"\nlayers = [{ dense = 16, activation = "relu" }]\n', "")
NO_RETRIEVAL = CONFIG.replace("[retrieval]\ntop_k = [1, 5, 10, 50, 100]\n", "")
assert "[[ranking]]" not in NO_RANKING and "[retrieval]" not in NO_RETRIEVAL


def make_rows(seed=1, users=40, items=300, each=30, first_user=0, first_item=0):
    """Users of an even number like even items; each pair at most once; popular items are low numbers."""
    draws = random.Random(seed)
    rows = []
    for user in range(first_user, first_user + users):
        taken = set()
        while len(taken) < each:
            item = first_item + int(items * draws.random() ** 2)
            if draws.random() < (0.9 if item % 2 == user % 2 else 0.1):
                taken.add(item)
        rows += [(f"u{user}", f"i{item}", draws.choice([4, 5] if item % 2 == user % 2 else [1, 2])) for item in sorted(taken)]
    draws.shuffle(rows)
    return rows


def write(path, rows):
    path.write_text("user,item,rating\n" + "".join(f"{u},{i},{r}\n" for u, i, r in rows))


class Place:
    def __init__(self, folder, config=CONFIG, name="bundle", *settings):
        self.folder, self.name = folder, name
        self.rows = make_rows()
        write(folder / "ratings.csv", self.rows)
        (folder / f"{name}.toml").write_text(config)
        self.out = run("train", f"{name}.toml", "--out", name, "--quiet", *settings, cwd=folder).stdout

    def report(self, *arguments):
        return json.loads(run("evaluate", self.name, "--format", "json", *arguments, cwd=self.folder).stdout)

    def items(self, user, *arguments):
        answer = run("recommend", self.name, "--query", f"user={user}", "--format", "json", *arguments, cwd=self.folder)
        return json.loads(answer.stdout)["items"]

    def ids(self, user, *arguments):
        return [item["id"] for item in self.items(user, *arguments)]

    def tensor(self, file, name, kind):
        with open(self.folder / self.name / f"{file}.safetensors", "rb") as opened:
            header = json.loads(opened.read(int.from_bytes(opened.read(8), "little")))
            begin, end = header[name]["data_offsets"]
            return array.array(kind, opened.read()[begin:end])

    def seen(self):
        """The items of each user in the training rows, from the bundle itself."""
        ids = json.loads((self.folder / self.name / "items.json").read_text())["ids"]
        offsets, items, ends, names = (
            self.tensor("ratings", name, kind)
            for name, kind in (("offsets", "q"), ("items", "i"), ("users_offsets", "q"), ("users", "B")))
        names = names.tobytes()
        users = [names[ends[i] : ends[i + 1]].decode() for i in range(len(ends) - 1)]
        return {user: {ids[i] for i in items[offsets[u] : offsets[u + 1]]} for u, user in enumerate(users)}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("evaluation"))


@pytest.fixture(scope="module")
def blended(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("blended"), CONFIG + '\n[recommend]\norder = "blend"\nblend = 0.4\n')


def figures(report, task="retrieval"):
    found = report["list"] if task == "list" else next(t for t in report["tasks"] if t["task"] == task)
    return {name: figure["value"] for name, figure in found["model"].items()}


def baseline(report, name, task="retrieval"):
    found = report["list"] if task == "list" else next(t for t in report["tasks"] if t["task"] == task)
    chosen = next(b for b in found["baselines"] if b["name"] == name)
    return {figure: entry["value"] for figure, entry in chosen["figures"].items()}


# Another table.


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


# Seen items.


def test_seen_items_are_left_out_unless_they_are_kept(place):
    seen = place.seen()
    known = {u: {i for v, i, _ in place.rows if v == u} for u in ("u1", "u2")}
    assert all(seen[u] <= known[u] and len(seen[u]) > 15 for u in known)
    kept_any = 0
    for user in known:
        dropped, kept = place.ids(user, "-k", 20), place.ids(user, "-k", 20, "--keep-seen")
        assert not set(dropped) & seen[user] and len(dropped) == 20
        kept_any += len(set(kept) & seen[user])
        # Without what was seen, the longer list is the shorter one.
        everything = place.ids(user, "-k", 300, "--keep-seen", "--order", "score")
        assert [i for i in everything if i not in seen[user]] == place.ids(user, "-k", 300, "--order", "score")
    assert kept_any > 0
    assert place.ids("nobody", "-k", 5) == place.ids("nobody", "-k", 5, "--keep-seen")


def test_the_config_can_keep_seen_items(tmp_path):
    kept = Place(tmp_path, CONFIG + '\n[recommend]\nseen = "keep"\n')
    assert kept.ids("u1", "-k", 30) == kept.ids("u1", "-k", 30, "--keep-seen")
    assert set(kept.ids("u1", "-k", 30)) & kept.seen()["u1"]
    assert not kept.report()["list"]["drops_seen"]


def test_each_row_of_a_table_of_queries_leaves_out_what_its_user_has_seen(place):
    seen = place.seen()
    (place.folder / "users.csv").write_text("user\n" + "".join(f"u{n}\n" for n in range(40)))
    lines = run("recommend", "bundle", "--queries", "users.csv", "-k", "10", "--format", "json", "--quiet", cwd=place.folder)
    answers = [json.loads(line) for line in lines.stdout.splitlines()]
    assert len(answers) == 400
    for answer in answers:
        assert answer["item_id"] not in seen[f"u{answer['query'] - 1}"]
    one = [a["item_id"] for a in answers if a["query"] == 6]
    assert one == place.ids("u5", "-k", 10)


def test_users_that_features_confuse_keep_their_own_seen_items(tmp_path):
    config = CONFIG.replace('user = { kind = "category", dim = 8 }', 'user = { kind = "hashed", buckets = 2, dim = 8 }')
    hashed = Place(tmp_path, config)
    seen = hashed.seen()
    (tmp_path / "users.csv").write_text("user\n" + "".join(f"u{n}\n" for n in range(40)))
    lines = run("recommend", "bundle", "--queries", "users.csv", "-k", "5", "--format", "json", "--quiet", cwd=tmp_path)
    for answer in map(json.loads, lines.stdout.splitlines()):
        assert answer["item_id"] not in seen[f"u{answer['query'] - 1}"]


@pytest.mark.parametrize("index", ["exact", "int8", "bf16", "hnsw"])
def test_every_index_leaves_seen_items_out(tmp_path, index):
    indexed = Place(tmp_path, CONFIG, "bundle", "--set", f'retrieval.index="{index}"')
    seen = indexed.seen()
    for user in ("u1", "u2", "u3"):
        answer = indexed.ids(user, "-k", 50)
        assert len(answer) == 50 and not set(answer) & seen[user]


def test_a_model_without_ratings_or_without_retrieval_leaves_seen_items_out(tmp_path):
    for name, config in (("clicks", NO_RANKING), ("ranks", NO_RETRIEVAL)):
        model = Place(tmp_path, config, name)
        answer = model.ids("u1", "-k", 30)
        assert len(answer) == 30 and not set(answer) & model.seen()["u1"]
        assert set(model.ids("u1", "-k", 30, "--keep-seen")) & model.seen()["u1"] or name == "clicks"
    assert "the bundle has none" in run("similar", "clicks", "i1", "--by", "cosine", cwd=tmp_path, code=2).stderr


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


# Monitors.


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


# The list.


@pytest.mark.parametrize("which", ["place", "blended"])
def test_the_head_of_a_list_does_not_change_with_k(which, request):
    place = request.getfixturevalue(which)
    for arguments in ([], ["--order", "predicted"], ["--order", "score"], ["--order", "blend"], ["--keep-seen"]):
        longest = place.ids("u3", "-k", 250, *arguments)
        for k in (1, 7, 10, 50, 100, 101, 150):
            assert place.ids("u3", "-k", k, *arguments) == longest[:k], (k, arguments)


def test_pages_are_parts_of_one_list(blended):
    whole = blended.items("u3", "-k", 230)
    paged = [item for offset in range(0, 230, 23) for item in blended.items("u3", "-k", 23, "--offset", offset)]
    assert paged == whole and [item["rank"] for item in whole] == list(range(1, 231))
    assert blended.items("u3", "--offset", 1000) == []
    assert blended.ids("u3", "-k", 5, "--offset", 5, "--retrieve", 20) == blended.ids("u3", "-k", 10, "--retrieve", 20)[5:]
    run("recommend", "bundle", "--query", "user=u3", "--offset", 5, "--retrieve", 10, cwd=blended.folder, code=2)
    run("recommend", "bundle", "--query", "user=u3", "--offset", -1, cwd=blended.folder, code=2)


def test_lists_are_ordered_as_asked(place):
    by_score = place.items("u4", "-k", 100, "--order", "score")
    by_label = place.items("u4", "-k", 100, "--order", "predicted")
    scores, predictions = [i["score"] for i in by_score], [i["predictions"]["rating"] for i in by_label]
    assert scores == sorted(scores, reverse=True) and predictions == sorted(predictions, reverse=True)
    assert sorted(i["id"] for i in by_score) == sorted(i["id"] for i in by_label)
    assert place.ids("u4", "-k", 100, "--order", "blend", "--blend", 0) == [i["id"] for i in by_score]
    assert place.ids("u4", "-k", 100, "--order", "blend", "--blend", 1) == [i["id"] for i in by_label]
    assert place.ids("u4", "--order", "auto") == place.ids("u4")
    run("recommend", "bundle", "--query", "user=u4", "--order", "blend", "--blend", 2, cwd=place.folder, code=2)


def test_the_order_is_chosen_on_validation_and_reported(place):
    report = place.report()
    kept = json.loads((place.folder / "bundle" / "report.json").read_text())["list"]
    assert [(o["order"], o["blend"]) for o in kept["orders"]] == [
        ("score", 0), ("predicted", 0), ("blend", 0.25), ("blend", 0.5), ("blend", 0.75)]
    best = max(kept["orders"], key=lambda o: o["validation"]["ndcg@10"])
    assert (kept["order"], kept["blend"]) == (best["order"], best["blend"])
    assert all("top_10" in o["validation"] for o in kept["orders"])
    assert json.loads((place.folder / "bundle" / "recommend.json").read_text())["order"] == kept["order"]
    assert report["list"]["order"] == kept["order"] and figures(report, "list") == {k: v["value"] for k, v in kept["model"].items()}


def test_a_refit_keeps_the_order_that_validation_chose(place, tmp_path):
    refitted = Place(tmp_path, CONFIG, "bundle", "--refit")
    kept = json.loads((place.folder / "bundle" / "report.json").read_text())["list"]
    found = json.loads((tmp_path / "bundle" / "report.json").read_text())["list"]
    assert found["orders"] == kept["orders"] and (found["order"], found["blend"]) == (kept["order"], kept["blend"])


@pytest.mark.parametrize("order", ["score", "predicted", "blend"])
def test_the_list_that_is_served_is_the_list_that_is_evaluated(tmp_path, order):
    config = CONFIG.replace("split = { train = 0.8, validation = 0.1, test = 0.1 }", 'split = { by = "order", train = 0.8, validation = 0.1, test = 0.1 }')
    place = Place(tmp_path, config + f'\n[recommend]\norder = "{order}"\n')
    test = place.rows[len(place.rows) * 9 // 10 :]
    lists = {user: place.ids(user, "-k", 100) for user in {u for u, _, _ in test}}
    report = place.report()
    listed, served = figures(report, "list"), json.loads((tmp_path / "bundle" / "report.json").read_text())["list"]
    assert served["order"] == order and served["drops_seen"] and served["rows"] == len(test)
    for k in (1, 10, 100):
        assert listed[f"top_{k}"] == pytest.approx(sum(i in lists[u][:k] for u, i, _ in test) / len(test), abs=1e-6)
    ndcg = []
    for user, answer in lists.items():
        wanted = {i for u, i, _ in test if u == user}
        gain = sum(1 / math.log2(2 + p) for p, item in enumerate(answer[:10]) if item in wanted)
        ndcg.append(gain / sum(1 / math.log2(2 + p) for p in range(min(10, len(wanted)))))
    assert listed["ndcg@10"] == pytest.approx(sum(ndcg) / len(ndcg), abs=1e-6)
    assert baseline(report, "popularity", "list")["top_10"] == baseline(report, "popularity")["unseen_top_10"]
    if order == "score":
        assert listed["top_10"] == figures(report)["unseen_top_10"]
    text = run("evaluate", "bundle", cwd=tmp_path).stdout
    assert f"Lists as served: order = {order}" in text


def test_an_order_that_the_model_cannot_have_is_an_error(tmp_path):
    write(tmp_path / "ratings.csv", make_rows(users=10))
    (tmp_path / "c.toml").write_text(NO_RANKING)
    message = run("train", "c.toml", "--out", "b", "--set", 'recommend.order="predicted"', cwd=tmp_path, code=2).stderr
    assert "recommend.order" in message and "[[ranking]]" in message
    for setting in ("recommend.blend=1.5", "recommend.candidates=0", 'recommend.order="best"', 'recommend.seen="maybe"'):
        run("train", "c.toml", "--out", "b", "--set", setting, cwd=tmp_path, code=2)
    run("train", "c.toml", "--out", "b", "--quiet", cwd=tmp_path)
    message = run("recommend", "b", "--query", "user=u1", "--order", "predicted", cwd=tmp_path, code=2).stderr
    assert "no [[ranking]] task" in message


# HTTP.


def test_http_takes_seen_order_offset_and_exclusions_by_query(place):
    seen = place.seen()
    with serving("bundle", cwd=place.folder) as server:

        def ids(**body):
            status, _, answer = server.post("/v1/recommend", {"query": {"user": "u3"}, **body})
            assert status == 200, answer
            return [item["id"] for item in answer["items"]]

        def refused(path="/v1/recommend", **body):
            status, _, answer = server.post(path, {"query": {"user": "u3"}, **body} if path == "/v1/recommend" else body)
            assert status == 422, answer
            return answer["errors"][0]["field"]

        assert ids(k=20) == place.ids("u3", "-k", 20) and not set(ids(k=20)) & seen["u3"]
        assert ids(k=20, seen="keep") == place.ids("u3", "-k", 20, "--keep-seen")
        assert ids(k=20, seen="drop") == ids(k=20)
        assert ids(k=50)[:10] == ids(k=10) and ids(k=150)[100:150] == ids(k=50, offset=100)
        for order in ("score", "predicted", "blend", "auto"):
            assert ids(order=order) == place.ids("u3", "--order", order)
        assert ids(order="blend", blend=0.9) == place.ids("u3", "--order", "blend", "--blend", 0.9)
        assert refused(order="best") == "order" and refused(blend=2) == "blend" and refused(offset=-1) == "offset"
        assert refused(seen="some") == "seen" and refused(offset=10_000) == "offset"
        _, _, answer = server.post("/v1/recommend", {"query": {"user": "u3"}, "k": 2, "offset": 4})
        assert [item["rank"] for item in answer["items"]] == [5, 6]

        users = [{"user": "u3"}, {"user": "u3"}, {"user": "u4"}, {"user": "u3"}]
        first = ids(k=3)

        def batch(**body):
            status, _, answer = server.post("/v1/recommend/batch", {"queries": users, "k": 3, **body})
            assert status == 200, answer
            return [[item["id"] for item in one["items"]] for one in answer["answers"]]

        plain = batch()
        assert plain[0] == plain[1] == plain[3] == first and plain[2] == place.ids("u4", "-k", 3)
        own = batch(exclude=[[], [first[0]], [], first])
        assert own[0] == first and own[1] == ids(k=4)[1:] and own[2] == plain[2] and own[3] == ids(k=6)[3:]
        assert batch(exclude=[first[0]])[0] == ids(k=4)[1:]
        assert refused("/v1/recommend/batch", queries=users, exclude=[["i1"]]) == "exclude"
        assert refused("/v1/recommend/batch", queries=users, exclude=["i1", ["i2"], [], []]) == "exclude"


