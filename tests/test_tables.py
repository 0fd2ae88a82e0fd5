"""Tables as people have them: no value changes on its way in, and what cannot be read is named."""

import csv
import json

import pytest

from program import run
from serving import serving
from tables import TASTE, config, inspect, items, pairs, read_csv, train, vocabulary, write


# ---- types are not guessed from the first rows ----

MANY = 110_001  # more rows than DuckDB looks at when it samples 100,000, which it rounds up to whole chunks


def late(folder, header, first, last, name="in.csv"):
    """A table whose first MANY rows are alike, and then come others."""
    lines = [header] + [first(n) for n in range(MANY)] + last
    return write(folder, "\n".join(lines) + "\n", name)


def test_late_leading_zeros_are_other_items(tmp_path):
    late(tmp_path, "user,item,rating", lambda n: f"{n % 9},{100 + n % 8},{n % 5}",
         [f"{n % 9},0{100 + n % 8},{n % 5}" for n in range(800)])
    bundle = train(tmp_path, config())
    assert len(items(bundle)) == 16
    assert items(bundle)[:2] == ["0100", "0101"] and "100" in items(bundle)
    # As written: 0107 is neither 107 nor 107.0.
    assert "0107" in run("recommend", "bundle", "--query", "user=3", "-k", 16, "--format", "csv", cwd=tmp_path).stdout


def test_late_half_stars_stay_halves(tmp_path):
    late(tmp_path, "user,item,rating", lambda n: f"u{n % 9},i{n % 8},{n % 5 + 1}", ["u1,i1,4.5"] * 50)
    summary = inspect(tmp_path, "in.csv")["rating"]
    assert summary["type"] == "number" and {"value": "4.5", "rows": 50} in inspect(tmp_path, "in.csv", "--top", 9)["rating"]["most_frequent"]
    assert summary["max"] == 5 and summary["distinct"] == 6


def test_ids_that_are_numbers_in_another_way_of_writing_stay_apart(tmp_path):
    late(tmp_path, "user,item,rating", lambda n: f"{1000 + n % 9},i{n % 8},{n % 5}",
         ["1001.4,i1,3", "1e3,i1,3", "01001,i1,3"] * 30)
    bundle = train(tmp_path, config())
    assert {"1001", "1001.4", "1e3", "01001", "1000"} <= set(vocabulary(bundle, "user"))


def test_late_quotes_are_read(tmp_path):
    late(tmp_path, "user,title,rating", lambda n: f"u{n % 9},T{n % 8},{n % 5}",
         ['u1,"Long, title\nsecond line",2', 'u2,"He said ""no""",3', 'u2,"T1",3'] * 20)
    bundle = train(tmp_path, config(item="title"))
    assert len(items(bundle)) == 10
    assert 'He said "no"' in items(bundle) and "Long, title\nsecond line" in items(bundle)


@pytest.mark.parametrize("name", ["in.csv", "in.csv.gz"])
def test_a_late_letter_makes_ids_texts(tmp_path, name):
    late(tmp_path, "user,item,rating", lambda n: f"{n % 9},{n % 8},{n % 5}", ["3,B2,4"] * 50, name)
    bundle = train(tmp_path, config(table=name))
    assert len(items(bundle)) == 9 and "B2" in items(bundle)


def test_a_late_clock_time_in_a_column_of_dates(tmp_path):
    late(tmp_path, "user,item,ts,rating", lambda n: f"u{n % 9},i{n % 8},2024-01-0{n % 9 + 1},{n % 5}",
         ["u1,i1,2024-02-11 13:45:10,2"] * 50)
    toml = config().replace("split = { train", 'split = { by = "time", column = "ts", train')
    assert train(tmp_path, toml).exists()
    assert inspect(tmp_path, "in.csv")["ts"]["type"] == "time"


def test_a_late_number_in_a_column_of_true_and_false(tmp_path):
    late(tmp_path, "user,item,flag,rating", lambda n: f"u{n % 9},i{n % 8},{'true' if n % 3 else 'false'},{n % 5}",
         ["u1,i1,2,2"] * 50)
    bundle = train(tmp_path, config(features='flag = { kind = "category", dim = 4 }', query=["user", "flag"]))
    assert sorted(vocabulary(bundle, "flag")) == ["2", "false", "true"]


def test_a_late_value_that_is_no_number_is_named_with_its_row(tmp_path):
    late(tmp_path, "user,item,rating", lambda n: f"u{n % 9},i{n % 8},{n % 5}", ["u1,i1,ten"])
    message = train(tmp_path, config(), 3)
    assert message.startswith(f"in.csv: row {MANY + 1}: label column 'rating': got 'ten', need a finite number")


# ---- ids ----

BIG = [12345678901234567890 + n for n in range(TASTE)]


def test_ids_of_twenty_digits(tmp_path):
    for name, form in [("in.csv", "{}"), ("quoted.csv", '"{}"')]:
        write(tmp_path, "user,item,rating\n" + "".join(f"u{u},{form.format(BIG[i])},{r}\n" for u, i, r in pairs(400)), name)
    write(tmp_path, "".join(json.dumps({"user": f"u{u}", "item": BIG[i], "rating": r}) + "\n" for u, i, r in pairs(400)), "in.jsonl")
    for n, name in enumerate(["in.csv", "quoted.csv", "in.jsonl"]):
        (tmp_path / str(n)).mkdir()
        write(tmp_path / str(n), (tmp_path / name).read_bytes(), name)
        assert items(train(tmp_path / str(n), config(table=name))) == [str(i) for i in BIG]
        summary = inspect(tmp_path, name)["item"]
        assert summary["distinct"] == TASTE and summary["most_frequent"][0]["value"] in map(str, BIG)


@pytest.mark.parametrize("sql_type", ["UBIGINT", "HUGEINT", "DECIMAL(30, 0)", "VARCHAR"])
def test_typed_ids_of_twenty_digits(tmp_path, sql_type):
    write(tmp_path, "user,item,rating\n" + "".join(f"u{u},{BIG[i]},{r}\n" for u, i, r in pairs(400)))
    toml = config().replace('table = "in.csv"', f"""sql = '''
SELECT user, (item::VARCHAR)::{sql_type} AS item, rating FROM read_csv('in.csv', types = {{'item': 'VARCHAR'}})'''""")
    assert items(train(tmp_path, toml)) == [str(i) for i in BIG]


def test_integers_that_pandas_wrote_with_a_point_are_integers(tmp_path):
    write(tmp_path, "user_id,item_id,rating\n" + "".join(f"{10 + u}.0,{200 + i}.0,{r}.0\n" for u, i, r in pairs(1600)))
    run("init", "in.csv", "--out", "c.toml", cwd=tmp_path)
    run("train", "c.toml", "--out", "bundle", "--quiet", cwd=tmp_path)
    assert items(tmp_path / "bundle") == [str(200 + i) for i in range(TASTE)]
    plain = run("recommend", "bundle", "--query", "user_id=11", "--format", "csv", cwd=tmp_path)
    pointed = run("recommend", "bundle", "--query", "user_id=11.0", "--format", "csv", cwd=tmp_path)
    assert plain.stdout == pointed.stdout and "not seen" not in pointed.stderr + plain.stderr
    answers = []
    for text in ["user_id\n11\n12\n", "user_id\n11.0\n12.0\n", "user_id\n11.0\n12\nguest\n", '{"user_id": 11.0}\n{"user_id": "12"}\n']:
        name = "q.jsonl" if text.startswith("{") else "q.csv"
        write(tmp_path, text, name)
        out = run("recommend", "bundle", "--queries", name, "--out", "-", "--quiet", cwd=tmp_path)
        rows = [line.split(",") for line in out.stdout.splitlines() if not line.startswith("3,")]
        assert rows[0][1] == "user_id"  # which is repeated as it is written
        answers.append([row[:1] + row[2:] for row in rows])
    assert all(answer == answers[0] for answer in answers) and len(answers[0]) > 3
    write(tmp_path, "user_id,item_id\n11,201\n12.0,202.0\n", "q.csv")
    run("predict", "bundle", "--data", "q.csv", "--out", "p.csv", "--quiet", cwd=tmp_path)
    assert [list(row.values())[:2] for row in read_csv(tmp_path / "p.csv")] == [["11", "201"], ["12.0", "202.0"]]
    assert run("similar", "bundle", "201.0", cwd=tmp_path).stdout == run("similar", "bundle", "201", cwd=tmp_path).stdout


def test_a_later_table_does_not_change_what_an_id_is(tmp_path):
    """Ids that are texts stay texts in a table in which all look like numbers, and the other way round."""
    write(tmp_path, "user,item,rating\n" + "".join(f"{'0' if u else 'x'}{u},i{i},{r}\n" for u, i, r in pairs(400)))
    bundle = train(tmp_path, config())
    assert "07" in vocabulary(bundle, "user")
    write(tmp_path, "user\n07\n01\n", "q.csv")
    done = run("recommend", "bundle", "--queries", "q.csv", "--out", "-", "--quiet", cwd=tmp_path)
    assert "new to the model" not in done.stderr
    forms = {c["column"]: c for c in json.loads((bundle / "features.json").read_text())["columns"]}
    assert forms["user"] == {"column": "user", "type": "text", "form": "text"}
    assert forms["rating"]["type"] == "integer"


def test_every_command_reads_ids_as_the_training_table_has_them(tmp_path):
    """In the later tables all ids look like numbers."""
    rows = [(f"{'0' if u else 'x'}{u}", f"{'00' if i % 2 else 'y'}{i}", f"0{u}", r) for u, i, r in pairs(400)]
    write(tmp_path, "user,item,words,rating\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    features = 'words = { kind = "text", dim = 2 }\ntags = { kind = "categories", column = "words", dim = 2 }'
    bundle = train(tmp_path, config(features=features, query=["user", "words", "tags"]))
    assert {"00", "07"} <= set(vocabulary(bundle, "words")) and {"00", "07"} <= set(vocabulary(bundle, "tags"))
    digits = [row for row in rows if row[0][0] == "0" and row[1][0] == "0"][:40]
    write(tmp_path, "user,item,words,rating\n" + "".join(",".join(map(str, row)) + "\n" for row in digits), "new.csv")
    report = json.loads(run("evaluate", "bundle", "--data", "new.csv", "--format", "json", cwd=tmp_path).stdout)
    assert {known["column"]: known["unknown"] for known in report["known"]} == {"item": 0}
    for command, out in (("predict", "--data"), ("recommend", "--queries")):
        done = run(command, "bundle", out, "new.csv", "--out", "o.csv", cwd=tmp_path)
        assert "not seen" not in done.stderr and "new to the model" not in done.stderr, done.stderr
        assert read_csv(tmp_path / "o.csv")[0]["user"] == digits[0][0]
    with serving("bundle", cwd=tmp_path) as server:
        answers = [server.post("/v1/recommend", {"query": {"user": user, "words": "07"}, "k": 3})[2] for user in ("01", "1", 1)]
        assert ["warnings" in answer for answer in answers] == [False, True, True]


@pytest.mark.parametrize("yes,no", [("yes", "no"), ("True", "False"), ("Y", "N"), ("T", "F"), ("1.10", "1E5")])
def test_a_category_is_read_as_it_is_written(tmp_path, yes, no):
    write(tmp_path, "member,item,rating\n" + "".join(f"{yes if u % 2 else no},i{i},{r}\n" for u, i, r in pairs(400)))
    bundle = train(tmp_path, config(user="member"))
    assert sorted(vocabulary(bundle, "member")) == sorted([yes, no])
    done = run("recommend", "bundle", "--query", f"member={yes}", cwd=tmp_path)
    assert "not seen" not in done.stderr
    write(tmp_path, f"member\n{yes}\n{no}\n", "q.csv")
    assert "new to the model" not in run("recommend", "bundle", "--queries", "q.csv", "--out", "-", "--quiet", cwd=tmp_path).stderr
    write(tmp_path, f"member\n{yes}\n{yes}\n", "q.csv")
    assert "new to the model" not in run("recommend", "bundle", "--queries", "q.csv", "--out", "-", "--quiet", cwd=tmp_path).stderr


def test_yes_and_no_are_a_label(tmp_path):
    write(tmp_path, "user,item,rating\n" + "".join(f"u{u},i{i},{'yes' if r > 3 else 'no'}\n" for u, i, r in pairs(400)))
    assert train(tmp_path, config()).exists()


def test_predict_passes_other_columns_through_untouched(tmp_path):
    write(tmp_path, "member,item,price,code,day,rating,note\n" +
          "".join(f"{'yes' if u % 2 else 'no'},i{i},1.10,1E5,2024-01-0{i + 1},{r},\"a, b\"\n" for u, i, r in pairs(400)))
    train(tmp_path, config(user="member"))
    run("predict", "bundle", "--data", "in.csv", "--out", "p.csv", "--quiet", cwd=tmp_path)
    before, after = read_csv(tmp_path / "in.csv"), read_csv(tmp_path / "p.csv")
    assert [{k: v for k, v in row.items() if not k.startswith("predicted")} for row in after] == before


def test_predict_keeps_the_types_of_parquet(tmp_path):
    write(tmp_path, "user,item,rating\n" + "".join(f"u{u},i{i},{r}\n" for u, i, r in pairs(400)))
    train(tmp_path, config())
    select = ("SELECT *, 1.10::DECIMAL(6, 2) AS price, DATE '2024-01-02' AS on_day, TIMESTAMP '2024-01-02 03:04:05' AS at, true AS good, "
              "[1.5, 2]::DOUBLE[] AS v, {'a': 1, 'b': 'x, y'} AS s, 12345678901234567890::HUGEINT AS h FROM read_csv('in.csv')")
    run("predict", "bundle", "--data", select, "--out", "p.parquet", "--quiet", cwd=tmp_path)
    shown = {c["name"]: c["sql_type"] for c in json.loads(run("inspect", "p.parquet", "--format", "json", cwd=tmp_path).stdout)["columns"]}
    assert shown["price"] == "DECIMAL(6,2)" and shown["on_day"] == "DATE" and shown["at"] == "TIMESTAMP" and shown["good"] == "BOOLEAN"
    assert shown["v"] == "DOUBLE[]" and shown["s"].startswith("STRUCT")
    run("predict", "bundle", "--data", select, "--out", "p.csv", "--quiet", cwd=tmp_path)
    first = read_csv(tmp_path / "p.csv")[0]
    assert first["price"] == "1.10" and first["on_day"] == "2024-01-02" and first["good"] == "true" and first["h"] == "12345678901234567890"


def test_predict_writes_json_of_json_with_the_same_types(tmp_path):
    rows = [{"user": f"u{u}", "item": f"i{i}", "rating": r, "digits": f"{u}", "x": i / 2, "ok": bool(u % 2), "none": None} for u, i, r in pairs(400)]
    write(tmp_path, "".join(json.dumps(row) + "\n" for row in rows), "in.jsonl")
    train(tmp_path, config(table="in.jsonl"))
    run("predict", "bundle", "--data", "in.jsonl", "--out", "p.jsonl", "--quiet", cwd=tmp_path)
    after = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    assert [{k: v for k, v in row.items() if not k.startswith("predicted")} for row in after] == rows
    write(tmp_path, "user,item,rating,code,price\n" + "".join(f"u{u},i{i},{r},0{u},{i}.5\n" for u, i, r in pairs(400)))
    run("predict", "bundle", "--data", "in.csv", "--out", "p.jsonl", "--quiet", cwd=tmp_path)
    first = json.loads((tmp_path / "p.jsonl").read_text().splitlines()[0])
    assert isinstance(first["code"], str) and isinstance(first["price"], float) and isinstance(first["rating"], int)


def test_convert_gives_types_only_where_nothing_is_lost(tmp_path):
    write(tmp_path, "n,x,code,price,yes,day,at,s\n7,1.5,07,1.10,true,2024-01-02,2024-01-02 03:04:05,a\n,2.0,8,2.5,false,2024-01-03,2024-01-02 03:04:06,\n")
    run("convert", "in.csv", "--out", "o.parquet", "--quiet", cwd=tmp_path)
    types = {c["name"]: c["sql_type"] for c in json.loads(run("inspect", "o.parquet", "--format", "json", cwd=tmp_path).stdout)["columns"]}
    assert types == {"n": "BIGINT", "x": "DOUBLE", "code": "VARCHAR", "price": "VARCHAR", "yes": "BOOLEAN", "day": "DATE", "at": "TIMESTAMP", "s": "VARCHAR"}
    run("convert", "o.parquet", "--out", "back.csv", "--quiet", cwd=tmp_path)
    assert (tmp_path / "back.csv").read_text() == (tmp_path / "in.csv").read_text()
    run("convert", "in.csv", "--out", "same.csv", "--quiet", cwd=tmp_path)
    assert (tmp_path / "same.csv").read_text() == (tmp_path / "in.csv").read_text()


def test_a_query_over_a_text_file_rounds_nothing(tmp_path):
    late(tmp_path, "user,item,rating", lambda n: f"u{n % 9},i{n % 8},{n % 5 + 1}", ["u1,i1,4.5"] * 50)
    for source in ["'in.csv'", "read_csv('in.csv')"]:
        done = run("inspect", f"SELECT rating FROM {source}", "--format", "json", "--top", 9, cwd=tmp_path)
        assert {"value": "4.5", "rows": 50} in json.loads(done.stdout)["columns"][0]["most_frequent"]


def test_an_item_to_leave_out_that_is_not_there_is_said(tmp_path):
    write(tmp_path, "user,item,rating\n" + "".join(f"u{u},i{i},{r}\n" for u, i, r in pairs(400)))
    train(tmp_path, config())
    done = run("recommend", "bundle", "--query", "user=u1", "--exclude", "i1", "--exclude", "i99", cwd=tmp_path)
    assert "there is no item 'i99'" in done.stderr and "'i1'" not in done.stderr.replace("did you mean", "")


# ---- JSON ----


def test_json_lines_of_mixed_types(tmp_path):
    rows = [{"user": u if u % 2 else f"{u}.0", "item": f"i{i}", "rating": r, "tags": ["a", "b"] if i % 2 else ["c"], "ok": bool(u % 2)}
            for u, i, r in pairs(400)]
    rows.append({"user": 3, "item": "i1", "rating": 4.5, "tags": ["x"], "late": "yes"})
    write(tmp_path, "".join(json.dumps(row) + "\n" for row in rows), "in.jsonl")
    columns = inspect(tmp_path, "in.jsonl")
    assert columns["tags"]["type"] == "list" and columns["late"]["distinct"] == 1 and columns["rating"]["max"] == 5
    toml = config(table="in.jsonl", features='tags = { kind = "categories", dim = 4 }', query=["user", "tags"])
    bundle = train(tmp_path, toml)
    assert vocabulary(bundle, "user") and set(vocabulary(bundle, "user")) <= {str(u) for u in range(TASTE)}
    assert set(vocabulary(bundle, "tags")) <= {"a", "b", "c", "x"}


# ---- wide tables ----


def test_a_wide_table_is_read_once(tmp_path):
    columns = 3000
    header = "user,item,rating," + ",".join(f"x{c}" for c in range(columns))
    write(tmp_path, header + "\n" + "".join(
        f"u{u},i{i},{r}," + ",".join(str((c * 7 + n) % 50) for c in range(columns)) + "\n" for n, (u, i, r) in enumerate(pairs(200))))
    done = run("inspect", "in.csv", "--format", "json", cwd=tmp_path)
    assert len(json.loads(done.stdout)["columns"]) == columns + 3
    run("init", "in.csv", "--out", "c.toml", cwd=tmp_path)


def test_predict_keeps_words_for_missing_values(tmp_path):
    write(tmp_path, "user,item,city,rating\n" + "".join(f"u{u},i{i},{'None' if u == 1 else 'Rome'},{r}\n" for u, i, r in pairs(400)))
    train(tmp_path, config().replace('table = "in.csv"', 'table = "in.csv"\nmissing = ["None"]'))
    run("predict", "bundle", "--data", "in.csv", "--out", "p.csv", "--quiet", cwd=tmp_path)
    assert [row["city"] for row in read_csv(tmp_path / "p.csv")] == [row["city"] for row in read_csv(tmp_path / "in.csv")]


def test_a_line_break_in_quotes_differs_from_those_of_rows(tmp_path):
    rows = "".join(f'u{u},i{i},"a\nb",{r}\r\n' for u, i, r in pairs(200))
    (tmp_path / "in.csv").write_bytes(("user,item,note,rating\r\n" + rows).encode())
    assert inspect(tmp_path, "in.csv")["note"]["most_frequent"][0] == {"rows": 200, "value": "a\nb"}
