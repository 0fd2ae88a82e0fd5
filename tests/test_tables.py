"""Tables as people have them: no value changes on its way in, and what cannot be read is named."""

import csv
import gzip
import json

import pytest

from program import error, run

TASTE = 8  # users and items come in so many kinds, each of which likes its own


def pairs(rows, seed=1):
    """(user, item, rating) of a planted taste, as numbers."""
    state = seed
    for _ in range(rows):
        state = (state * 1103515245 + 12345) % 2**31
        user = state // 65536 % TASTE
        state = (state * 1103515245 + 12345) % 2**31
        own = state // 65536 % 5 > 0
        yield user, user if own else (user + 3) % TASTE, 5 if own else 1


def config(user="user", item="item", rating="rating", table="in.csv", data="", features="", query=None, attributes=()):
    queries = query if query is not None else [user]
    return f"""
[data]
table = "{table}"
{data}
split = {{ train = 0.8, validation = 0.1, test = 0.1 }}

[features]
{user} = {{ kind = "category", dim = 4 }}
{item} = {{ kind = "category", dim = 4 }}
{features}

[query]
features = {json.dumps(queries)}
layers = [{{ dense = 8 }}]

[candidate]
id = "{item}"
features = ["{item}"]
layers = [{{ dense = 8 }}]
attributes = {json.dumps(list(attributes))}

[retrieval]
top_k = [1, 3]

[[ranking]]
label = "{rating}"
layers = [{{ dense = 8 }}]

[training]
epochs = 1
batch = 256
optimizer = {{ adam = 0.05 }}
"""


def write(folder, text, name="in.csv"):
    path = folder / name
    if name.endswith(".gz"):
        with gzip.open(path, "wt", newline="") as file:
            file.write(text)
    else:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def train(folder, toml, code=0, *arguments):
    (folder / "c.toml").write_text(toml)
    if code:
        return error("train", "c.toml", "--out", "bundle", "--quiet", *arguments, cwd=folder, code=code)
    run("train", "c.toml", "--out", "bundle", "--quiet", *arguments, cwd=folder)
    return folder / "bundle"


def items(bundle):
    return json.loads((bundle / "items.json").read_text())["ids"]


def vocabulary(bundle, feature):
    features = json.loads((bundle / "features.json").read_text())["features"]
    return next(f["feature"]["tokens"] for f in features if f["name"] == feature)


def inspect(folder, *arguments):
    done = run("inspect", *arguments, "--format", "json", cwd=folder)
    return {c["name"]: c for c in json.loads(done.stdout)["columns"]}


def read_csv(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


# ---- types are not guessed from the first rows ----

MANY = 100_001  # more rows than were ever looked at


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


# ---- ways to say how a table is written ----


def test_decimal_commas(tmp_path):
    write(tmp_path, "kunde;artikel;preis;bewertung\n" +
          "".join(f"k{u};a{i};{i + 1},52;{'4,5' if r > 3 else '1,5'}\n" for u, i, r in pairs(400)))
    toml = config("kunde", "artikel", "bewertung", features='preis = { kind = "number" }', query=["kunde", "preis"])
    message = train(tmp_path, toml, 3)
    assert "row 1, column 'preis': '" in message and "decimal = " in message
    train(tmp_path, toml.replace('table = "in.csv"', 'table = "in.csv"\ndecimal = ","'))
    summary = inspect(tmp_path, "in.csv", "--decimal", ",")["preis"]
    assert summary["type"] == "number" and summary["min"] == 1.52
    assert items(tmp_path / "bundle") == [f"a{i}" for i in range(TASTE)]


def test_separators_of_thousands(tmp_path):
    write(tmp_path, "user,item,price,rating\n" + "".join(f'u{u},i{i},"{i + 1},100.50",{r}\n' for u, i, r in pairs(400)))
    toml = config(features='price = { kind = "number" }', query=["user", "price"])
    assert "'" in train(tmp_path, toml, 3)
    train(tmp_path, toml.replace('table = "in.csv"', 'table = "in.csv"\nthousands = ","'))
    summary = inspect(tmp_path, "in.csv", "--thousands", ",")["price"]
    assert (summary["min"], summary["max"]) == (1100.5, 8100.5)
    write(tmp_path, "price\n\"1,10\"\n\"2,100\"\n", "bad.csv")  # not in groups of three
    assert inspect(tmp_path, "bad.csv", "--thousands", ",")["price"]["type"] == "text"


def test_a_date_format(tmp_path):
    write(tmp_path, "user,item,at,rating\n" + "".join(f"u{u},i{i},0{i + 1}-02-2021 07:0{u},{r}\n" for u, i, r in pairs(400)))
    toml = config().replace("split = { train", 'split = { by = "time", column = "at", train')
    assert "format" in train(tmp_path, toml, 3)  # 3 February or 2 March?
    for number, form in enumerate(["%d-%m-%Y %H:%M", "%d-%m-%Y"]):  # a format of dates takes clocks, too
        (tmp_path / "c.toml").write_text(toml.replace('table = "in.csv"', f'table = "in.csv"\ndate_format = "{form}"'))
        run("train", "c.toml", "--out", f"bundle_{number}", "--quiet", cwd=tmp_path)
    summary = inspect(tmp_path, "in.csv", "--date-format", "%d-%m-%Y %H:%M")["at"]
    assert summary["type"] == "time" and summary["min"] == 1612162800


def test_words_for_missing_values(tmp_path):
    ages = ["NaN", "21", "22", "N/A", "24", "25", "26", "NULL"]
    cities = ["None", "Rome", "nan", "Bern", "Oslo", "Bonn", "NA", "Kiel"]
    write(tmp_path, "user,item,age,city,rating\n" + "".join(f"u{u},i{i},{ages[u]},{cities[u]},{r}\n" for u, i, r in pairs(800)))
    features = 'age = { kind = "number" }\ncity = { kind = "category", dim = 2 }'
    toml = config(features=features, query=["user", "age", "city"])
    message = train(tmp_path, toml, 3)
    assert "column 'age'" in message and "missing" in message
    declared = toml.replace('table = "in.csv"', 'table = "in.csv"\nmissing = ["NaN", "nan", "N/A", "NULL", "None", "NA"]')
    assert sorted(vocabulary(train(tmp_path, declared), "city")) == ["Bern", "Bonn", "Kiel", "Oslo", "Rome"]
    columns = inspect(tmp_path, "in.csv", "--missing", "NaN,nan,N/A,NULL,None,NA")
    assert columns["age"]["type"] == "integer" and columns["age"]["missing"] > 0 and columns["city"]["distinct"] == 5
    # Unless told, inspect says so.
    assert "missing" in run("inspect", "in.csv", cwd=tmp_path).stderr


def test_comments(tmp_path):
    rows = "".join(f"u{u},i{i},{r}\n" for u, i, r in pairs(400))
    write(tmp_path, "# exported 2024-01-01\nuser,item,rating\n" + rows + "# the end\n")
    message = train(tmp_path, config(), 3)
    assert message.startswith("in.csv:1: the row has 1 column, but most rows have 3") and "comment" in message
    assert len(items(train(tmp_path, config(data='comment = "#"')))) == TASTE
    write(tmp_path, "user,item,rating\nu1,C#,5\n" + rows, "sharp.csv")
    assert "sharp.csv:2: " in error("inspect", "sharp.csv", "--comment", "#", cwd=tmp_path, code=3)
    write(tmp_path, 'user,item,rating\nu1,"C#",5\n# x\n' + rows, "sharp.csv")
    assert inspect(tmp_path, "sharp.csv", "--comment", "#")["item"]["distinct"] == TASTE + 1


@pytest.mark.parametrize("row,found", [("u6,i6", 2), ("u6,i6,5,extra", 4)])
def test_a_ragged_row_is_named(tmp_path, row, found):
    rows = [f"u{u},i{i},{r}" for u, i, r in pairs(1600)]
    rows[700] = row
    write(tmp_path, "user,item,rating\n" + "\n".join(rows) + "\n")
    for message in [train(tmp_path, config(), 3), error("inspect", "in.csv", cwd=tmp_path, code=3),
                    error("inspect", "in.csv", "--delimiter", ",", cwd=tmp_path, code=3)]:
        assert message.startswith(f"in.csv:702: the row has {found} columns, need 3"), message


def test_a_delimiter_after_the_last_value(tmp_path):
    write(tmp_path, "user,item,rating\n" + "".join(f"u{u},i{i},{r},\n" for u, i, r in pairs(400)))
    assert list(inspect(tmp_path, "in.csv")) == ["user", "item", "rating", "column3"]
    assert train(tmp_path, config()).exists()


def test_a_footer_is_named(tmp_path):
    write(tmp_path, "user,item,rating\n" + "".join(f"u{u},i{i},{r}\n" for u, i, r in pairs(400)) + "\nTotal,,400\n")
    assert "row 401: column 'item' is missing" in train(tmp_path, config(), 3)


@pytest.mark.parametrize("delimiter", ["::", "  ", " ", "\t", " \t ", "|", ";"])
def test_delimiters(tmp_path, delimiter):
    write(tmp_path, "".join(f"{u}{delimiter}{1100 + i}{delimiter}{r}\n" for u, i, r in pairs(400)), "in.dat")
    columns = inspect(tmp_path, "in.dat")
    assert [(c["type"], c["rows"] if "rows" in c else None) for c in columns.values()] == [("integer", None)] * 3
    done = run("inspect", "in.dat", "--columns", "user,item,rating", cwd=tmp_path)
    assert "400 rows, 3 columns" in done.stdout
    bundle = train(tmp_path, config(table="in.dat", data='columns = ["user", "item", "rating"]'))
    assert items(bundle) == [str(1100 + i) for i in range(TASTE)]


def test_two_colons_beside_other_delimiters(tmp_path):
    write(tmp_path, "1100::Ace: Again (1995)::Comedy\n1101::B (1990)::Drama|War\n1102::C, D; E::Action|Drama\n", "movies.dat")
    columns = inspect(tmp_path, "movies.dat")
    assert len(columns) == 3 and columns["column2"]["most_frequent"][0]["value"] == "Action|Drama"


def test_runs_of_blanks_with_a_header_and_a_ragged_row(tmp_path):
    write(tmp_path, "user item  rating\n" + "".join(f"{u}   {i} {r}\n" for u, i, r in pairs(400)), "in.txt")
    assert list(inspect(tmp_path, "in.txt", "--delimiter", "whitespace")) == ["user", "item", "rating"]
    assert len(items(train(tmp_path, config(table="in.txt")))) == TASTE
    write(tmp_path, "1 2 3\n4 5\n1 2 3\n1 2 3\n", "bad.txt")
    assert "the row has 2 columns, need 3: 4 5" in error("inspect", "bad.txt", "--delimiter", "whitespace", cwd=tmp_path, code=3)


NAMES = ["bob", "carol", "dave", "heidi", "ivan", "judy", "mia", "olga"]
FRUIT = ["pear", "plum", "kiwi", "nut", "fig", "date", "lime", "sloe"]


def test_a_first_row_that_is_data_is_kept_and_said(tmp_path):
    write(tmp_path, "".join(f"{NAMES[u]},{FRUIT[i]}\n" for u, i, _ in pairs(400)))
    done = run("inspect", "in.csv", cwd=tmp_path)
    assert "400 rows" in done.stdout and "column0" in done.stdout
    assert "in.csv: the first line holds no names" in done.stderr and "--columns" in done.stderr
    # A config that speaks of names is told.
    assert "in.csv: has no column 'user'" in train(tmp_path, config(), 3)
    assert len(items(train(tmp_path, config(data='columns = ["user", "item", "rating"]', table="three.csv"), 0))) if write(
        tmp_path, "".join(f"{NAMES[u]},{FRUIT[i]},{r}\n" for u, i, r in pairs(400)), "three.csv") else False


def test_names_that_nothing_tells_from_data_are_said(tmp_path):
    write(tmp_path, "name,colour\nanna,red\nbert,blue\ncleo,green\n")
    done = run("inspect", "in.csv", cwd=tmp_path)
    assert "3 rows" in done.stdout and "takes the first line as the columns' names" in done.stderr
    write(tmp_path, "user,item\n" + "".join(f"{NAMES[u]},{FRUIT[i]}\n" for u, i, _ in pairs(400)))
    assert run("inspect", "in.csv", cwd=tmp_path).stderr == ""


def test_a_partitioned_folder(tmp_path):
    for day in ["2024-01-01", "2024-01-02"]:
        (tmp_path / f"data/day={day}").mkdir(parents=True)
        write(tmp_path / f"data/day={day}", "user,item,rating\n" + "".join(f"u{u},i{i},{r}\n" for u, i, r in pairs(300)), "part-0.csv")
    write(tmp_path / "data", "", "_SUCCESS")
    columns = inspect(tmp_path, "data")
    assert columns["day"]["distinct"] == 2 and columns["day"]["most_frequent"][0] == {"value": "2024-01-01", "rows": 300}
    assert len(items(train(tmp_path, config(table="data")))) == TASTE
    for day in ["2024-01-01", "2024-01-02"]:
        run("convert", f"data/day={day}/part-0.csv", "--out", f"{day}.parquet", "--quiet", cwd=tmp_path)
        (tmp_path / f"typed/day={day}").mkdir(parents=True)
        (tmp_path / f"{day}.parquet").rename(tmp_path / f"typed/day={day}/part-0.parquet")
    assert list(inspect(tmp_path, "typed")) == ["user", "item", "rating", "day"]
    (tmp_path / "empty").mkdir()
    assert "empty: the folder holds no table" in error("inspect", "empty", cwd=tmp_path, code=3)


def test_files_that_are_read_together_need_the_same_columns(tmp_path):
    write(tmp_path, "user,item\nu1,i1\n", "a1.csv")
    write(tmp_path, "item,user\ni2,u2\n", "a2.csv")
    message = error("inspect", "a*.csv", cwd=tmp_path, code=3)
    assert "a2.csv: has the columns item, user, but a1.csv has user, item" in message


def test_byte_order_marks(tmp_path):
    mark = b"\xef\xbb\xbf"
    rows = list(pairs(400))
    write(tmp_path, mark + ("user,item,rating\n" + "".join(f"u{u},i{i},{r}\n" for u, i, r in rows)).encode())
    lines = "".join(json.dumps({"user": f"u{u}", "item": f"i{i}", "rating": r}) + "\n" for u, i, r in rows).encode()
    write(tmp_path, mark + lines, "in.jsonl")
    write(tmp_path, mark + b"[" + lines.replace(b"\n", b",").rstrip(b",") + b"]", "in.json")
    with gzip.open(tmp_path / "in.jsonl.gz", "wb") as file:
        file.write(mark + lines)
    for name in ["in.csv", "in.jsonl", "in.json", "in.jsonl.gz"]:
        columns = inspect(tmp_path, name)
        assert list(columns) == ["user", "item", "rating"] and columns["rating"]["distinct"] == 2, name
    (tmp_path / "c.toml").write_bytes(mark + config(table="in.jsonl").encode())
    run("train", "c.toml", "--out", "bundle", "--quiet", cwd=tmp_path)
    (tmp_path / "q.sql").write_bytes(mark + b"SELECT * FROM '{data}'")
    run("convert", "in.csv", "--sql", "q.sql", "--out", "o.csv", "--quiet", cwd=tmp_path)


def test_a_table_stands_beside_its_config(tmp_path):
    (tmp_path / "project").mkdir()
    write(tmp_path / "project", "user,item,rating\n" + "".join(f"u{u},i{i},{r}\n" for u, i, r in pairs(400)))
    (tmp_path / "project/c.toml").write_text(config())
    run("train", "project/c.toml", "--out", "bundle", "--quiet", cwd=tmp_path)
    run("evaluate", "bundle", cwd=tmp_path)
    # --data is relative to the working directory, as any path on the command line.
    assert "no such file: in.csv" in error("train", "project/c.toml", "--data", "in.csv", "--out", "b2", cwd=tmp_path, code=3)
    # A table that is not beside the config is looked for in the working directory.
    write(tmp_path, (tmp_path / "project/in.csv").read_bytes(), "other.csv")
    (tmp_path / "project/d.toml").write_text(config(table="other.csv"))
    run("train", "project/d.toml", "--out", "b3", "--quiet", cwd=tmp_path)


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
