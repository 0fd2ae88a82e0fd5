"""The settings and flags that say how a table is written, and what is found out without them."""

import gzip
import json

import pytest

from program import error, run
from tables import TASTE, config, inspect, items, pairs, train, vocabulary, write


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


def test_quotes_and_delimiters(tmp_path):
    """What a row contains depends on both; the flags and the settings agree."""
    write(tmp_path, "user;title;note;rating\n" + "".join(f"'u{u}';'Film; {i}';\"{u};{r}\n" for u, i, r in pairs(400)))
    toml = config(item="title")
    assert "the row has 4 columns, but most rows have 5" in train(tmp_path, toml, 3)
    bundle = train(tmp_path, toml.replace('table = "in.csv"', 'table = "in.csv"\nquote = "\'"\ndelimiter = ";"'))
    assert items(bundle) == [f"Film; {i}" for i in range(TASTE)]
    columns = inspect(tmp_path, "in.csv", "--quote", "'", "--delimiter", ";")
    assert columns["title"]["distinct"] == TASTE and columns["note"]["most_frequent"][0]["value"][0] == '"'
    run("train", "c.toml", "--data", "in.csv", "--quote", "'", "--delimiter", ";", "--out", "flags", "--quiet", cwd=tmp_path)
    write(tmp_path, 'user,title,rating\n' + "".join(f'u{u},12" record {i},{r}\n' for u, i, r in pairs(400)), "plain.csv")
    (tmp_path / "plain.toml").write_text(config(item="title", table="plain.csv", data='quote = ""'))
    run("train", "plain.toml", "--out", "plain", "--quiet", cwd=tmp_path)
    assert items(tmp_path / "plain")[0] == '12" record 0'


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
    assert "in.csv: the first line does not look like names" in done.stderr and "--columns" in done.stderr
    # A config that speaks of names is told.
    assert "in.csv: has no column 'user'" in train(tmp_path, config(), 3)
    assert len(items(train(tmp_path, config(data='columns = ["user", "item", "rating"]', table="three.csv"), 0))) if write(
        tmp_path, "".join(f"{NAMES[u]},{FRUIT[i]},{r}\n" for u, i, r in pairs(400)), "three.csv") else False


def test_names_that_nothing_tells_from_data_are_said(tmp_path):
    write(tmp_path, "name,colour\nanna,red\nbert,blue\ncleo,green\n")
    done = run("inspect", "in.csv", cwd=tmp_path)
    assert "3 rows" in done.stdout and "the first line is read as column names" in done.stderr
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
    assert "empty: the folder contains no table" in error("inspect", "empty", cwd=tmp_path, code=3)


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
