"""Crossed features, lists with weights, several hashes and ages: from a table to answers."""

import csv
import json
import random

import pytest

from evaluated import figures
from program import error, run
from serving import serving

CONFIG = """
[data]
table = "in.csv"
split = {{ train = 0.8, validation = 0.1, test = 0.1 }}
{data}

[features]
item = {{ kind = "category", dim = 4 }}
{features}

[query]
features = {query}
{ranking_features}

[items]
id       = "item"
features = ["item"]
{items}

[[ranking]]
label  = "rating"
layers = [{layers}]

[training]
epochs    = {epochs}
batch     = 128
optimizer = {{ adam = 0.02 }}
"""


def write(folder, rows, features, query, layers="", data="", items="", ranking_features="", epochs=12):
    with open(folder / "in.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    (folder / "in.toml").write_text(CONFIG.format(
        features=features, query=json.dumps(query), layers=layers, data=data, items=items,
        ranking_features=ranking_features, epochs=epochs))


def train(folder):
    run("train", "in.toml", "--out", "bundle", "--quiet", cwd=folder)
    return figures(json.loads((folder / "bundle/report.json").read_text()), "rating")


def predicted(folder, item="i1", **query):
    given = [f"--query={column}={value}" for column, value in query.items()]
    answer = run("predict", "bundle", *given, "--item", f"item={item}", "--format", "json", cwd=folder).stdout
    return next(iter(json.loads(answer)["predictions"].values()))


def crossed_rows(count=1500):
    """The rating depends on two columns together, and on neither alone."""
    draw = random.Random(1)
    rows = []
    for _ in range(count):
        a, b = draw.randrange(6), draw.choice("uvwxyz")
        good = (a + ord(b)) % 2 == 0
        rows.append({"a": a, "b": b, "item": f"i{draw.randrange(5)}", "rating": 5 if good else 1})
    return rows


def test_a_cross_learns_what_its_columns_mean_together(tmp_path):
    write(tmp_path, crossed_rows(), 'ab = { kind = "crossed", columns = ["a", "b"], buckets = 500, dim = 4 }', ["ab"])
    train(tmp_path)
    # "u" is 117.
    assert predicted(tmp_path, a=1, b="u") > 4 and predicted(tmp_path, a=2, b="u") < 2
    assert predicted(tmp_path, a=2, b="v") > 4 and predicted(tmp_path, a=1, b="v") < 2
    # Without one of its values the row has no embedding.
    assert 2 < predicted(tmp_path, a=1) < 4
    with serving("bundle", cwd=tmp_path) as server:
        form = server.ask("GET", "/v1/features")[2]
        assert [field["column"] for field in form["query"]] == ["a", "b"]
        answers = [server.post("/v1/predict", {"query": {"a": a, "b": "u"}, "item": {"item": "i1"}})[2] for a in (1, "1")]
        assert answers[0] == answers[1]


def weighted_rows(count=2000):
    draw = random.Random(2)
    rows = []
    for _ in range(count):
        tags = draw.sample(["good", "bad", "so", "la"], 3)
        weights = [round(draw.random(), 3) for _ in tags]
        by_tag = dict(zip(tags, weights))
        rating = 3 + 2 * (by_tag.get("good", 0) - by_tag.get("bad", 0)) / sum(weights)
        rows.append({"tags": ",".join(tags), "shares": " ".join(map(str, weights)), "item": f"i{draw.randrange(5)}",
                     "rating": round(rating, 3)})
    return rows


def test_a_list_with_weights_counts_each_value_by_its_weight(tmp_path):
    write(tmp_path, weighted_rows(), 'tags = { kind = "categories", weights = "shares", dim = 4 }', ["tags"], epochs=20)
    assert train(tmp_path)["rmse"] < 0.3
    good = predicted(tmp_path, tags="good,bad", shares="0.9,0.1")
    bad = predicted(tmp_path, tags="good,bad", shares="0.1,0.9")
    alike = predicted(tmp_path, tags="good,bad")
    assert good > alike > bad and good - bad > 2
    with serving("bundle", cwd=tmp_path) as server:
        body = {"query": {"tags": ["good", "bad"], "shares": [0.9, 0.1]}, "item": {"item": "i1"}}
        answer = server.post("/v1/predict", body)[2]
        assert next(iter(answer["predictions"].values())) == pytest.approx(good, abs=1e-5)


def test_weights_that_do_not_fit_the_values_are_named_with_their_row(tmp_path):
    rows = weighted_rows(50)
    rows[7]["shares"] = "1 2"
    write(tmp_path, rows, 'tags = { kind = "categories", weights = "shares", dim = 4 }', ["tags"])
    message = error("train", "in.toml", "--out", "bundle", cwd=tmp_path, code=3)
    assert "column 'shares': got 2 weights for 3 values, need one for each" in message and "row 8" in message


def test_hashed_features_with_several_hashes_may_share_one_table(tmp_path):
    features = """
a = { kind = "hashed", buckets = 40, salt = 0, hashes = 2, dim = 4, table = "all" }
b = { kind = "hashed", buckets = 40, salt = 1, hashes = 3, dim = 4, table = "all" }
"""
    write(tmp_path, crossed_rows(), features, ["a", "b"], layers="{ dense = 32, activation = \"relu\" }", epochs=20)
    assert train(tmp_path)["rmse"] < 1
    features = json.loads((tmp_path / "bundle/features.json").read_text())["features"]
    assert [entry["feature"]["settings"]["salt"] for entry in features if entry["name"] in "ab"] == [0, 1]
    run("export", "bundle", "--to", "safetensors", "--out", "weights.safetensors", cwd=tmp_path)
    data = (tmp_path / "weights.safetensors").read_bytes()
    header = json.loads(data[8:8 + int.from_bytes(data[:8], "little")])
    tables = {name: entry["shape"] for name, entry in header.items() if name.endswith("/embeddings")}
    assert sorted(tables.values()) == [[6, 4], [40, 4]], tables
    assert predicted(tmp_path, a=1, b="u") > 3 > predicted(tmp_path, a=2, b="u")


def aged_rows(count=2000):
    """Items are liked in the first hundred days after their release."""
    draw = random.Random(3)
    day = 86400
    released = {f"i{i}": 1_600_000_000 + draw.randrange(900) * day for i in range(60)}
    rows = []
    for _ in range(count):
        item = draw.choice(list(released))
        age = draw.randrange(400)
        rows.append({"item": item, "released": released[item], "seen": released[item] + age * day, "who": draw.randrange(4),
                     "rating": 5 if age < 100 else 1})
    return rows


AGE = """
who = { kind = "category", dim = 4 }
age = { kind = "age", column = "released", at = "seen" }
"""
DEEP = '{ mlp = [16], final_activation = "relu", inputs = ["features", "age"] }'


def test_a_ranking_reads_the_age_of_an_item_at_the_time_of_the_row(tmp_path):
    write(tmp_path, aged_rows(), AGE, ["who"], layers=DEEP, items='ranking_features = ["age"]', epochs=20)
    assert train(tmp_path)["rmse"] < 1
    released = 1_650_000_000
    days = lambda n: {"who": 1, "seen": released + n * 86400}
    item = lambda query: predicted_with(tmp_path, {"item": "i1", "released": released}, query)
    assert item(days(10)) > 3.5 and item(days(300)) < 2.5


def predicted_with(folder, item, query):
    given = [f"--query={column}={value}" for column, value in query.items()]
    candidate = [part for column, value in item.items() for part in ("--item", f"{column}={value}")]
    answer = run("predict", "bundle", *given, *candidate, "--format", "json", cwd=folder).stdout
    return next(iter(json.loads(answer)["predictions"].values()))


def test_an_age_is_no_part_of_an_item_vector(tmp_path):
    write(tmp_path, aged_rows(50), AGE, ["who"])
    config = (tmp_path / "in.toml").read_text().replace('features = ["item"]', 'features = ["item", "age"]')
    (tmp_path / "in.toml").write_text(config)
    message = error("train", "in.toml", "--out", "bundle", cwd=tmp_path, code=2)
    assert "item vectors cannot contain it: list it in items.ranking_features" in message
