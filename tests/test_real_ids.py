"""Ids and categories as people write them: no value changes on its way in or out.

A comment gives the folder of the input; see real_inputs.py."""

import json

import pytest

from program import run
from real_inputs import answers, case, counts, ids, init, inspected, recommended, rows_of, train
from serving import serving
from tables import config

BIG = {str(12345678901234567890 + n) for n in range(8)}


@pytest.mark.parametrize("name", ["in.csv", "quoted.csv"])
def test_ids_of_twenty_digits_are_exact(tmp_path, name):  # K02
    table = case(f"K02/{name}")
    _, columns = inspected(table)
    assert columns["item_id"]["counts"] == counts(table, "item_id") and set(columns["item_id"]["counts"]) == BIG
    init(tmp_path, table)
    train(tmp_path)
    assert ids(tmp_path, "user_id=u1") == BIG
    items, _ = recommended(tmp_path, "user_id=u1", more=["--exclude", "12345678901234567891"])
    assert {item["id"] for item in items} == BIG - {"12345678901234567891"}


def test_json_numbers_of_twenty_digits_are_exact(tmp_path):  # K02
    table = case("K02/two.jsonl")
    rows, columns = inspected(table)
    assert rows == 2 and columns["item_id"]["counts"] == {"12345678901234567890": 1, "12345678901234567891": 1}
    init(tmp_path, table)
    train(tmp_path)
    assert ids(tmp_path, "user_id=u0") == {"12345678901234567890", "12345678901234567891"}


def test_unsigned_integers_of_64_bits_are_exact(tmp_path):  # K02
    sql = case("K02/u64.sql").read_text().strip()
    text = config("user_id", "item_id").replace('table = "in.csv"', f'sql = """{sql}"""')
    (tmp_path / "c.toml").write_text(text)
    train(tmp_path, "--data", case("K02/in.csv"))
    assert ids(tmp_path, "user_id=u1") == BIG
    run("convert", case("K02/in.csv"), "--sql", case("K02/u64.sql"), "--out", "typed.parquet", "--quiet", cwd=tmp_path)
    _, columns = inspected(tmp_path / "typed.parquet")
    assert columns["item_id"]["sql_type"] == "UBIGINT" and columns["item_id"]["counts"] == counts(case("K02/in.csv"), "item_id")


def test_predict_leaves_the_columns_of_its_table_as_they_are(tmp_path):  # K46
    table = case("K46/in.csv")
    init(tmp_path, table)
    train(tmp_path)
    run("predict", "bundle", "--data", table, "--out", "p.csv", "--quiet", cwd=tmp_path)
    after = rows_of(tmp_path / "p.csv")
    predictions = [row.pop("predicted_rating") for row in after]
    assert after == rows_of(table) and all(1 <= float(number) <= 5 for number in predictions)
    assert {row["version"] for row in after} == {"1.10", "2.0"} and {row["code"] for row in after} == {"1E5", "20"}


@pytest.mark.parametrize("name, queries, values", [("yes", "qyes", ("yes", "no")), ("tf", None, ("True", "False")), ("yn", "q", ("Y", "N"))])
def test_a_category_of_yes_and_no_is_asked_for_as_it_is_written(tmp_path, name, queries, values):  # K45
    table = case(f"K45/{name}.csv")
    _, columns = inspected(table)
    assert columns["member"]["counts"] == counts(table, "member") == dict(zip(values, (810, 790)))
    init(tmp_path, table)
    train(tmp_path, epochs=4)
    taken = {value: {row["item"] for row in rows_of(table) if row["member"] == value} for value in values}
    firsts = {}
    for value in values:
        items, said = recommended(tmp_path, f"member={value}")
        firsts[value] = [item["id"] for item in items]
        assert said == "" and set(firsts[value][:4]) == taken[value]  # each likes four of the eight
    assert "not seen" in recommended(tmp_path, "member=1")[1]
    if queries:
        found, said = answers(tmp_path, case(f"K45/{queries}.csv"))
        assert "new to the model" not in said
        assert [row["item_id"] for row in found] == firsts[values[0]] + firsts[values[1]]
    else:
        found, said = answers(tmp_path, case("K45/q1.csv"))  # T and F are other values than True and False
        assert [row["member"] for row in found] == ["T"] * 8 + ["F"] * 8
        assert "member: 2 values are new to the model" in said


def test_ids_that_pandas_wrote_as_12_0_are_those_of_12(tmp_path):  # K04
    table = case("K04/in.csv")
    init(tmp_path, table)
    train(tmp_path, epochs=2)
    assert ids(tmp_path, "user_id=12") == {str(n) for n in range(200, 208)}
    plain, said = recommended(tmp_path, "user_id=12")
    assert recommended(tmp_path, "user_id=12.0") == (plain, said) and said == ""
    lists = [[(row["query"], row["item_id"], row["score"]) for row in answers(tmp_path, case(f"K04/{name}.csv"))[0]]
             for name in ("q1", "q2")]
    assert lists[0] == lists[1] and [row[1] for row in lists[0] if row[0] == "2"] == [item["id"] for item in plain]
    mixed, said = answers(tmp_path, case("K04/q3.csv"))
    assert [row["item_id"] for row in mixed if row["user_id"] == "11.0"] == [row[1] for row in lists[0] if row[0] == "1"]
    assert "user_id: 1 value is new to the model" in said
    run("predict", "bundle", "--data", case("K04/q.csv"), "--out", "p.csv", "--quiet", cwd=tmp_path)
    for row in rows_of(tmp_path / "p.csv"):
        one = run("predict", "bundle", "--query", f"user_id={row['user_id']}.0", "--item", f"item_id={row['item_id']}.0",
                  "--format", "json", cwd=tmp_path)
        assert float(row["predicted_rating"]) == pytest.approx(json.loads(one.stdout)["predictions"]["rating"], abs=1e-5)


def test_json_numbers_are_ids_where_ids_are_integers(tmp_path):  # K24
    init(tmp_path, case("K21/ratings.csv"))
    train(tmp_path)
    with serving("bundle", cwd=tmp_path) as server:
        texts = {"query": {"userId": "3"}, "exclude": ["102"], "k": 8}
        numbers = {"query": {"userId": 3}, "exclude": [102], "k": 8}
        status, _, answer = server.post("/v1/recommend", texts)
        assert status == 200 and len(answer["items"]) == 7
        assert server.post("/v1/recommend", numbers)[::2] == (200, answer)
        status, _, allowed = server.post("/v1/recommend", {**numbers, "allow": [101, "103", 102]})
        assert status == 200 and {item["id"] for item in allowed["items"]} == {"101", "103"}
        status, _, batch = server.post("/v1/recommend/batch", {"queries": [{"userId": 3}, {"userId": "3"}], "exclude": [102], "k": 8})
        assert status == 200 and [one["items"] for one in batch["answers"]] == [answer["items"]] * 2
        status, _, pair = server.post("/v1/predict", {"query": {"userId": 3}, "id": 101})
        assert status == 200 and pair == server.post("/v1/predict", {"query": {"userId": "3"}, "id": "101"})[2]


def test_json_numbers_are_the_texts_of_their_digits_where_ids_are_texts(tmp_path):  # K24
    init(tmp_path, case("K22/in.csv"))
    train(tmp_path)
    with serving("bundle", cwd=tmp_path) as server:
        status, _, answer = server.post("/v1/recommend", {"query": {"user": 3}, "exclude": [1]})
        assert status == 200 and answer == server.post("/v1/recommend", {"query": {"user": "3"}, "exclude": ["1"]})[2]
        assert sorted(answer["warnings"]) == ["exclude: the catalogue has no item '1'", "user: contains a value that the model has not seen"]
