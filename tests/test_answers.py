"""What answers contain: context that is filled in, columns that were not given, predictions within their range."""

import csv
import io
import json
import os
import pty
import random
import subprocess

import pytest

from program import PROGRAM, error, run
from serving import serving

CONFIG = """
[data]
table = "ratings.csv"
user  = "user"

[features]
user    = { kind = "category", dim = 4 }
country = { kind = "category", dim = 4 }
hour    = { kind = "number" }
item    = { kind = "category", dim = 4 }

[query]
features = ["user", "country", "hour"]
layers   = [{ dense = 8 }]

[items]
id         = "item"
features   = ["item"]
layers     = [{ dense = 8 }]
attributes = ["year", "score"]

[retrieval]
top_k = [1, 10]

[[ranking]]
label  = "rating"
layers = [{ dense = 16, activation = "relu" }]

[training]
epochs    = 4
batch     = 64
optimizer = { adam = 0.02 }
"""

COUNTRIES = ["Brazil", "Chad", "Denmark"]


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def ratings():
    """A user has one country and many hours; items are rated 1 or 5 by everyone."""
    draws = random.Random(1)
    rows = []
    for n in range(1200):
        user, item = draws.randrange(30), draws.randrange(40)
        rows.append({"user": f"u{user}", "country": COUNTRIES[user % 3], "hour": draws.randrange(24),
                     "item": f"i{item}", "year": 1990 + item, "score": item % 4, "rating": 5 if item % 2 else 1})
    return rows


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("answers")
    write(folder / "ratings.csv", ratings())
    (folder / "c.toml").write_text(CONFIG)
    run("train", "c.toml", "--out", "b", "--quiet", "--threads", 1, cwd=folder)
    return folder


def recommend(place, *query, code=0):
    """(items, what is said)"""
    done = run("recommend", "b", *[part for q in query for part in ("--query", q)], "--format", "json", cwd=place, code=code)
    return json.loads(done.stdout)["items"], done.stderr


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_country_of_a_known_user_need_not_be_told(place):
    told, _ = recommend(place, "user=u1", "country=Chad", "hour=3")
    items, said = recommend(place, "user=u1", "hour=3")
    assert items == told
    assert said == "note: country is not given: using 'Chad', the user's value in the training data\n"
    other, _ = recommend(place, "user=u1", "country=Brazil", "hour=3")
    assert other != told


def test_other_columns_that_are_not_given_are_named(place):
    _, said = recommend(place, "user=u1")
    assert "note: hour is not given, so the model treats it as missing" in said
    _, said = recommend(place, "user=nobody")
    assert "note: country is not given, so the model treats it as missing" in said


def test_the_bundle_keeps_columns_that_are_the_same_in_all_rows_of_each_user(place):
    context = json.loads((place / "b" / "user_context.json").read_text())
    assert [column["name"] for column in context["columns"]] == ["country"]
    assert sorted(context["columns"][0]["values"]) == COUNTRIES
    assert "user_context.json" in (place / "b" / "manifest.json").read_text()


def test_a_damaged_context_is_refused(place, tmp_path):
    import hashlib
    import shutil

    shutil.copytree(place / "b", tmp_path / "b")
    text = (tmp_path / "b" / "user_context.json").read_text()
    (tmp_path / "b" / "user_context.json").write_text(text.replace("Chad", "Chat"))
    assert "user_context.json" in error("recommend", "b", "--query", "user=u1", cwd=tmp_path, code=3)
    assert hashlib.sha256(text.encode()).hexdigest() in (place / "b" / "manifest.json").read_text()


def test_the_server_fills_in_and_warns(place):
    with serving("b", cwd=place) as server:
        told = server.post("/v1/recommend", {"query": {"user": "u1", "country": "Chad", "hour": 3}})[2]
        filled = server.post("/v1/recommend", {"query": {"user": "u1", "hour": 3}})[2]
        assert filled == told and "warnings" not in filled
        bare = server.post("/v1/recommend", {"query": {"user": "u1"}})[2]
        assert bare["warnings"] == ["hour is not given, so the model treats it as missing"]
        batch = server.post("/v1/recommend/batch", {"queries": [{"user": "u1", "hour": 3}, {"user": "nobody", "hour": 3}, {"hour": 3}]})[2]
        assert batch["answers"][0]["items"] == told["items"]
        assert batch["warnings"][-2:] == ["user is not given in 1 of 3 queries, so the model treats it as missing",
                                          "country is not given in 2 of 3 queries, so the model treats it as missing"]
        pair = server.post("/v1/predict", {"query": {"user": "u1"}, "id": "i3"})[2]
        assert pair["warnings"] == bare["warnings"]


def test_a_table_may_leave_columns_out(place, tmp_path):
    write(tmp_path / "q.csv", [{"user": "u1"}, {"user": "u2"}, {"user": "nobody"}])
    done = run("recommend", place / "b", "--queries", tmp_path / "q.csv", "-k", 2, "--quiet")
    rows = table(done.stdout)
    assert [row["item_id"] for row in rows[:2]] == [item["id"] for item in recommend(place, "user=u1")[0][:2]]
    assert "note: the table has no column 'hour'" in done.stderr
    assert "note: country: 2 of 3 queries use their user's value in the training data" in done.stderr
    assert "note: hour: not given in 3 of 3 queries" in done.stderr
    for command in (["embed", place / "b", "--queries", tmp_path / "q.csv", "--out", tmp_path / "q.parquet"],):
        assert "no column 'hour'" in run(*command, "--quiet").stderr
    write(tmp_path / "pairs.csv", [{"user": "u1", "item": "i3"}])
    done = run("predict", place / "b", "--data", tmp_path / "pairs.csv", "--quiet")
    assert "no column 'hour'" in done.stderr and table(done.stdout)[0]["item"] == "i3"
    write(tmp_path / "none.csv", [{"usr": "u1"}])
    assert "has none of the query's columns" in error("recommend", place / "b", "--queries", tmp_path / "none.csv", code=3)


def test_a_blank_cell_counts_as_not_given(place, tmp_path):
    (tmp_path / "q.csv").write_text("user,country,hour\nu1,Chad,3\nu1,,3\n")
    done = run("recommend", place / "b", "--queries", tmp_path / "q.csv", "-k", 3, "--quiet")
    rows = table(done.stdout)
    assert [r["item_id"] for r in rows[:3]] == [r["item_id"] for r in rows[3:]]
    assert "note: country: 1 of 2 queries use" in done.stderr


def test_predictions_are_within_the_labels_range_where_they_are_shown(place, tmp_path):
    def within(numbers):
        numbers = [float(number) for number in numbers]
        assert min(numbers) >= 1 and max(numbers) <= 5
        return numbers

    items, _ = recommend(place, "user=u1", "hour=3")
    all_numbers = within(item["predictions"]["rating"] for item in items)
    write(tmp_path / "q.csv", [{"user": f"u{n}", "hour": 5} for n in range(30)])
    answers = table(run("recommend", place / "b", "--queries", tmp_path / "q.csv", "-k", 30, "--quiet").stdout)
    all_numbers += within(row["predicted_rating"] for row in answers)
    pairs = table(run("predict", place / "b", "--data", place / "ratings.csv", "--quiet").stdout)
    all_numbers += within(row["predicted_rating"] for row in pairs)
    assert 5 in all_numbers and 1 in all_numbers  # some would be beyond
    with serving("b", cwd=place) as server:
        queries = [{"user": f"u{n}", "hour": 5} for n in range(30)]
        for answer in server.post("/v1/recommend/batch", {"queries": queries})[2]["answers"]:
            within(item["predictions"]["rating"] for item in answer["items"])
        answer = server.post("/v1/predict/batch", {"pairs": [{"query": q, "id": "i3"} for q in queries]})[2]
        within(pair["predictions"]["rating"] for pair in answer["answers"])
        answer = server.post("/v1/models/b:predict", {"signature_name": "ranking", "instances": [q | {"item": "i3"} for q in queries]})[2]
        within(pair["rating"] for pair in answer["predictions"])


def test_an_answer_repeats_its_query_and_can_carry_attributes(place, tmp_path):
    (tmp_path / "q.csv").write_text("extra,user,country,hour\nx,u1,Chad,3\ny,0107,Brazil,4\n")
    rows = table(run("recommend", place / "b", "--queries", tmp_path / "q.csv", "-k", 2, "--quiet").stdout)
    assert list(rows[0]) == ["query", "user", "country", "hour", "rank", "item_id", "predicted_rating", "score"]
    assert [(row["query"], row["user"], row["hour"], row["rank"]) for row in rows] == [
        ("1", "u1", "3", "1"), ("1", "u1", "3", "2"), ("2", "0107", "4", "1"), ("2", "0107", "4", "2")]
    done = run("recommend", place / "b", "--queries", tmp_path / "q.csv", "-k", 1, "--attributes", "--format", "json", "--quiet")
    line = json.loads(done.stdout.splitlines()[0])
    assert list(line)[-2:] == ["year", "item_score"]  # `score` is taken
    assert line["year"] == 1990 + int(line["item_id"][1:]) and line["item_score"] == int(line["item_id"][1:]) % 4


def test_columns_of_one_name_are_told_apart(tmp_path):
    rows = [{**row, "rank": row["country"], "query": row["user"]} for row in ratings()]
    write(tmp_path / "ratings.csv", rows)
    config = CONFIG.replace('country = {', 'rank = {').replace('user    = {', 'query = {')
    config = config.replace('"user", "country", "hour"', '"query", "rank", "hour"').replace('user  = "user"', 'user  = "query"')
    (tmp_path / "c.toml").write_text(config)
    run("train", "c.toml", "--out", "b", "--epochs", 1, "--quiet", cwd=tmp_path)
    done = run("recommend", "b", "--queries", "ratings.csv", "-k", 1, "--quiet", cwd=tmp_path)
    first = table(done.stdout)[0]
    assert (first["query"], first["query_query"], first["query_rank"], first["rank"]) == ("1", rows[0]["user"], rows[0]["country"], "1")


def test_parquet_answers_keep_the_types_of_the_query(place, tmp_path):
    run("convert", "SELECT 'u1' AS user, 'Chad' AS country, 3 AS hour", "--out", tmp_path / "q.parquet", "--quiet")
    run("recommend", place / "b", "--queries", tmp_path / "q.parquet", "-k", 2, "--out", tmp_path / "a.parquet", "--quiet")
    columns = json.loads(run("inspect", tmp_path / "a.parquet", "--format", "json").stdout)["columns"]
    assert {c["name"]: c["type"] for c in columns}["hour"] == "integer"


def test_vectors_in_npy_have_their_ids_beside_them(place, tmp_path):
    run("embed", place / "b", "--items", "--out", tmp_path / "items.npy", "--quiet")
    ids = table((tmp_path / "items.ids.csv").read_text())
    assert len(ids) == 40 and set(row["item"] for row in ids) == {f"i{n}" for n in range(40)}
    (tmp_path / "q.csv").write_text("user,country,hour\nu1,Chad,3\nu2,,4\n")
    run("embed", place / "b", "--queries", tmp_path / "q.csv", "--out", tmp_path / "q.npy", "--quiet")
    keys = table((tmp_path / "q.ids.csv").read_text())
    assert keys == [{"query": "1", "user": "u1", "country": "Chad", "hour": "3"},
                    {"query": "2", "user": "u2", "country": "", "hour": "4"}]


def on_a_terminal(*arguments, columns, cwd):
    """Standard output of the program where that is a terminal of so many columns."""
    import fcntl
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=cwd, stdout=slave, stderr=subprocess.DEVNULL)
    os.close(slave)
    text = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    assert process.wait() == 0
    os.close(master)
    return text.decode().replace("\r\n", "\n").splitlines()


def test_tables_are_cut_on_terminals_only(tmp_path):
    name = "x" * 200
    rows = [{**row, "item": row["item"] + name} for row in ratings()]
    write(tmp_path / "ratings.csv", rows)
    (tmp_path / "c.toml").write_text(CONFIG)
    run("train", "c.toml", "--out", "b", "--epochs", 1, "--quiet", cwd=tmp_path)
    arguments = ["recommend", "b", "--query", "user=u1"]
    piped = run(*arguments, cwd=tmp_path).stdout.splitlines()
    assert all(name in line for line in piped[1:])
    shown = on_a_terminal(*arguments, columns=60, cwd=tmp_path)
    assert len(shown) == len(piped) and max(map(len, shown)) <= 60 and "..." in shown[1]


def test_items_are_found_by_the_beginning_of_their_id(tmp_path):
    names = ["Cowboy Bebop", "Cowboy Funk", "Monster", "Paprika"]
    rows = [{**row, "item": names[int(row["item"][1:]) % 4]} for row in ratings()]
    write(tmp_path / "ratings.csv", rows)
    (tmp_path / "c.toml").write_text(CONFIG)
    run("train", "c.toml", "--out", "b", "--epochs", 1, "--quiet", cwd=tmp_path)

    done = run("similar", "b", "papr", "--format", "json", cwd=tmp_path)
    assert json.loads(done.stdout)["item"] == "Paprika" and "note: 'papr' matches the item 'Paprika'" in done.stderr
    assert json.loads(run("similar", "b", "MONSTER", "--format", "json", cwd=tmp_path).stdout)["item"] == "Monster"
    assert "2 begin with it: 'Cowboy Bebop', 'Cowboy Funk'" in error("similar", "b", "cowboy", cwd=tmp_path, code=2)
    assert "did you mean 'Paprika'?" in error("similar", "b", "Pabrika", cwd=tmp_path, code=2)
    whole = run("predict", "b", "--query", "user=u1", "--item", "item=Monster", "--format", "csv", cwd=tmp_path)
    begun = run("predict", "b", "--query", "user=u1", "--item", "item=mon", "--format", "csv", cwd=tmp_path)
    assert whole.stdout == begun.stdout
    done = run("recommend", "b", "--query", "user=nobody", "--exclude", "cowboy b", "--format", "json", cwd=tmp_path)
    assert "Cowboy Bebop" not in [item["id"] for item in json.loads(done.stdout)["items"]]


def test_the_beginning_of_a_number_is_another_number(tmp_path):
    rows = [{**row, "item": 100 + int(row["item"][1:])} for row in ratings()]
    write(tmp_path / "ratings.csv", rows)
    (tmp_path / "c.toml").write_text(CONFIG)
    run("train", "c.toml", "--out", "b", "--epochs", 1, "--quiet", cwd=tmp_path)
    assert "the catalogue has no item '13'; 10 begin with it" in error("similar", "b", "13", cwd=tmp_path, code=2)
