"""Text files as people export them: delimiters, headers, late values, odd rows, words for missing values.

A comment gives the folder of the input; see real_inputs.py."""

import collections
import re

import pytest

from program import error, run
from real_inputs import case, counts, ids, init, inspected, rows_of, train
from tables import config


# ---- values that come late ----


def test_codes_with_leading_zeros_after_row_100000_are_codes_of_their_own(tmp_path):  # K03b
    table = case("K03b/in.csv.gz")
    _, columns = inspected(table)
    assert columns["sku"]["counts"] == counts(table, "sku") and columns["sku"]["distinct"] == 16
    (tmp_path / "c.toml").write_text(config("user_id", "sku", table=table))
    train(tmp_path)
    assert ids(tmp_path, "user_id=3") == {zero + code for code in ("100", "107", "110", "119", "12", "120", "512", "7")
                                          for zero in ("", "0")}


def test_quoted_fields_with_commas_and_line_breaks_after_row_100000_are_read(tmp_path):  # K09
    table = case("K09/in.csv.gz")
    rows, columns = inspected(table)
    assert rows == 105_300
    assert columns["title"]["counts"] == counts(table, "title") and columns["user"]["counts"] == counts(table, "user")
    (tmp_path / "c.toml").write_text(config(item="title", table=table))
    train(tmp_path)
    assert {title for title in ids(tmp_path, "user=u3") if "," in title} == {f"Long, title\nsecond line {n}" for n in range(3)}


def test_a_letter_after_row_100000_makes_a_column_of_ids_text(tmp_path):  # K10
    table = case("K10/in.csv.gz")
    rows, columns = inspected(table)
    assert rows == 102_050 and columns["item"]["type"] == "text"
    for name in ("user", "item", "price"):
        assert columns[name]["counts"] == counts(table, name)
    assert columns["price"]["counts"]["NA"] == 50
    text = init(tmp_path, table)
    assert 'missing = ["NA"]' in text
    train(tmp_path)
    assert ids(tmp_path, "user=3") == set(counts(table, "item")) and "B2" in counts(table, "item")


def test_a_clock_time_after_row_100000_fits_a_column_of_dates(tmp_path):  # K10c
    table = case("K10c/in.csv.gz")
    rows, columns = inspected(table)
    assert rows == 104_000 and columns["ts"]["type"] == "time"
    assert columns["ts"]["counts"] == counts(table, "ts")
    assert (columns["ts"]["min"], columns["ts"]["max"]) == (1704067200, 1709127910)  # 2024-01-01, 2024-02-28 13:45:10
    text = config(table=table).replace("split = { train", 'split = { by = "time", column = "ts", train')
    (tmp_path / "c.toml").write_text(text)
    train(tmp_path)


def test_a_number_after_row_100000_makes_a_column_of_true_and_false_text(tmp_path):  # K10d
    table = case("K10d/in.csv.gz")
    rows, columns = inspected(table)
    assert rows == 104_000 and columns["flag"]["type"] == "text"
    assert columns["flag"]["counts"] == {"true": 51_117, "false": 50_883, "2": 2_000}
    (tmp_path / "c.toml").write_text(config(table=table, features='flag = { kind = "category", dim = 4 }', query=["user", "flag"]))
    train(tmp_path)
    for flag in ("true", "false", "2"):
        done = run("recommend", "bundle", "--query", "user=u1", "--query", f"flag={flag}", cwd=tmp_path)
        assert done.stderr == ""
    assert "not seen" in run("recommend", "bundle", "--query", "user=u1", "--query", "flag=True", cwd=tmp_path).stderr


# ---- rows of another length ----


@pytest.mark.parametrize("name, message", [
    ("short", "short.csv:902: the row has 2 columns, need 3: u6,i6"),
    ("long", "long.csv:902: the row has 4 columns, need 3: u6,i6,5,extra")])
def test_one_row_with_a_column_too_few_or_too_many_is_named(tmp_path, name, message):  # K60
    table = case(f"K60/{name}.csv")
    (tmp_path / "c.toml").write_text(config(table=table))
    for arguments in (["inspect", table], ["init", table], ["train", "c.toml", "--out", "b"]):
        for more in ([], ["--delimiter", ","]):
            assert message in error(*arguments, *more, cwd=tmp_path, code=3)


def test_a_comma_at_the_end_of_each_row_is_a_column_without_values(tmp_path):  # K60
    table = case("K60/trail.csv")
    rows, columns = inspected(table)
    assert rows == 1600 and list(columns) == ["user", "item", "rating", "column3"] and columns["column3"]["missing"] == 1600
    assert "# left out: column3 (has no values)" in init(tmp_path, table)
    train(tmp_path)
    assert ids(tmp_path, "user=u1") == {f"i{n}" for n in range(8)}


def test_a_footer_is_named_as_a_row_without_an_item(tmp_path):  # K60
    table = case("K60/footer.csv")
    rows, columns = inspected(table)
    assert rows == 1601 and columns["user"]["counts"]["Total"] == 1 and columns["item"]["missing"] == 1
    message = error("init", table, cwd=tmp_path, code=2)
    assert "'item' would be the item by its name, but 1 of 1601 rows has no value, the first of them row 1601" in message
    (tmp_path / "c.toml").write_text(config(table=table))
    assert "footer.csv: row 1601: column 'item' is missing" in error("train", "c.toml", "--out", "b", cwd=tmp_path, code=3)


def test_a_comment_above_the_header_is_named_and_can_be_declared(tmp_path):  # K60
    table = case("K60/comment.csv")
    (tmp_path / "c.toml").write_text(config(table=table))
    for arguments in (["inspect", table], ["init", table], ["train", "c.toml", "--out", "b"]):
        message = error(*arguments, cwd=tmp_path, code=3)
        assert "comment.csv:1: the row has 1 column, but most rows have 3" in message and "--comment '#'" in message
    rows, columns = inspected(table, "--comment", "#")
    assert rows == 1600 and list(columns) == ["user", "item", "rating"]
    assert 'comment = "#"' in init(tmp_path, table, "--comment", "#")
    train(tmp_path)
    assert ids(tmp_path, "user=u1") == {f"i{n}" for n in range(8)}


# ---- delimiters, headers, marks ----


def test_a_byte_order_mark_is_skipped(tmp_path):  # K07
    for name in ("in.csv", "in.jsonl"):
        table = case(f"K07/{name}")
        rows, columns = inspected(table)
        assert rows == 1600 and list(columns) == ["user", "item", "rating"]
        assert columns["item"]["counts"] == counts(case("K07/in.csv"), "item", delimiter=";")
        init(tmp_path, table)
        train(tmp_path, out=name)
        assert ids(tmp_path, "user=u1", bundle=name) == {f"i{n}" for n in range(8)}


def test_two_colons_between_columns_are_found_and_the_first_row_is_kept(tmp_path):  # K08
    table = case("K08/ratings.dat")
    expected = [line.split("::") for line in table.read_text().splitlines()]
    rows, columns = inspected(table)
    assert rows == 1600 and len(columns) == 4
    for n in range(4):
        assert columns[f"column{n}"]["counts"] == collections.Counter(row[n] for row in expected)
    names = ["--columns", "user,item,rating,timestamp"]
    init(tmp_path, table, *names)
    train(tmp_path)
    assert ids(tmp_path, "user=3") == {str(n) for n in range(1100, 1108)}
    _, films = inspected(case("K08/movies.dat"))
    assert [set(column["counts"]) for column in films.values()] == [
        {str(n) for n in range(1100, 1108)},
        {line.split("::")[1] for line in case("K08/movies.dat").read_text().splitlines()},
        {line.split("::")[2] for line in case("K08/movies.dat").read_text().splitlines()}]


@pytest.mark.parametrize("name", ["in.txt", "one.txt", "mixed.txt"])
def test_blanks_between_columns_are_found_and_the_first_row_is_kept(tmp_path, name):  # K59
    table = case(f"K59/{name}")
    expected = [line.split() for line in table.read_text().splitlines()]
    rows, columns = inspected(table)
    assert rows == 1600 and [column["type"] for column in columns.values()] == ["integer"] * 3
    for n in range(3):
        found = collections.Counter({value.strip(): count for value, count in columns[f"column{n}"]["counts"].items()})
        assert found == collections.Counter(row[n] for row in expected)
    init(tmp_path, table, "--columns", "user,item,rating")
    train(tmp_path)
    assert ids(tmp_path, "user=3") == {str(n) for n in range(1100, 1108)}


@pytest.mark.parametrize("name, column", [("in.csv", "column1"), ("withlabel.csv", "column1")])
def test_a_first_row_of_texts_that_occur_again_is_data(tmp_path, name, column):  # K48
    table = case(f"K48/{name}")
    names = ["column0", "column1", "column2"][: 3 if name == "withlabel.csv" else 2]
    done = run("inspect", table)
    assert "the first line does not look like names" in done.stderr and "--columns" in done.stderr
    rows, columns = inspected(table)
    assert rows == 1600 and list(columns) == names
    for n in names:
        assert columns[n]["counts"] == counts(table, n, names=names)
    init(tmp_path, table, "--columns", "user,item,rating" if len(names) == 3 else "user,item")
    train(tmp_path)
    assert ids(tmp_path, "user=carol") == set(counts(table, column, names=names))


def test_a_partitioned_folder_is_read_with_its_partition_as_a_column(tmp_path):  # K33
    folder = case("K33/data")
    rows, columns = inspected(folder)
    assert rows == 1600 and list(columns) == ["user", "item", "rating", "day"]
    assert columns["day"]["counts"] == {"2024-01-01": 800, "2024-01-02": 800}
    assert columns["item"]["counts"] == sum((counts(folder / f"day=2024-01-0{n}/part-0.csv", "item") for n in (1, 2)),
                                            collections.Counter())
    init(tmp_path, folder)
    train(tmp_path)
    assert ids(tmp_path, "user=u1") == {f"i{n}" for n in range(8)}


def test_files_whose_columns_are_in_another_order_are_not_read_together(tmp_path):  # K33
    folder = case("K33/odd")
    for table in (folder, folder / "*.csv"):
        message = error("inspect", table, code=3)
        assert re.search(r"b\.csv: has the columns item, user, rating, but .*a\.csv has user, item, rating", message)


# ---- how values are written ----


def test_decimal_commas_are_numbers_once_they_are_declared(tmp_path):  # K06
    table = case("K06/in.csv")
    _, columns = inspected(table, "--decimal", ",")
    assert [columns[name]["type"] for name in ("preis", "bewertung")] == ["number", "number"]
    assert (columns["preis"]["min"], columns["preis"]["max"], columns["bewertung"]["max"]) == (1.5, 22.57, 4.5)
    roles = ["--query", "kunde", "--item", "artikel", "--label", "bewertung"]
    text = init(tmp_path, table, "--decimal", ",", *roles)
    assert 'decimal = ","' in text and 'preis   = { kind = "number" }' in text
    train(tmp_path)
    assert ids(tmp_path, "kunde=k1") == {f"a{n}" for n in range(8)}
    for message in (run("inspect", table).stderr, error("init", table, *roles, code=3)):
        assert "--decimal ," in message


def test_separators_of_thousands_are_read_once_they_are_declared(tmp_path):  # K06b
    table = case("K06b/in.csv")
    _, columns = inspected(table, "--thousands", ",")
    assert (columns["price"]["type"], columns["price"]["min"], columns["price"]["max"]) == ("number", 1100.5, 8107.5)
    text = init(tmp_path, table, "--thousands", ",")
    assert 'thousands = ","' in text and 'price = { kind = "number" }' in text
    train(tmp_path)
    assert "--thousands ," in run("inspect", table).stderr


WORDS = {"NaN", "N/A", "NULL", "None", "nan"}


def test_words_for_missing_values_are_shown_and_declared(tmp_path):  # K35
    table = case("K35/in.csv")
    done = run("inspect", table)
    assert "column 'age': has 'NaN' in 320 rows" in done.stderr
    assert all(f"'{word}' in 320 rows" in done.stderr for word in WORDS)
    declared = ",".join(WORDS)
    _, columns = inspected(table, "--missing", declared)
    assert (columns["age"]["type"], columns["age"]["missing"], columns["city"]["missing"]) == ("integer", 320, 1280)
    assert columns["city"]["counts"] == {"Oslo": 320}
    text = init(tmp_path, table)
    [line] = [line for line in text.splitlines() if line.startswith("missing")]
    assert set(re.findall(r'"([^"]+)"', line)) == WORDS
    train(tmp_path)
    assert ids(tmp_path, "user=u1", "age=21") == {f"i{n}" for n in range(8)}


def test_one_label_that_is_the_word_nan_is_a_missing_label(tmp_path):  # K35
    table = case("K35/lab.csv")
    assert "column 'rating': has 'nan' in 1 row" in run("inspect", table).stderr
    text = init(tmp_path, table)
    assert 'missing = ["nan"]' in text and 'label  = "rating"' in text and "1 of 1600 rows has no value" in text
    assert "1 of 1600 rows has no 'rating'" in train(tmp_path).replace("rows have", "rows has")
    (tmp_path / "c.toml").write_text(text.replace('missing = ["nan"]', "").replace("# texts that mean a missing value", ""))
    message = error("train", "c.toml", "--out", "b", cwd=tmp_path, code=3)
    assert "lab.csv: row 501: label column 'rating': got 'nan', need a finite number" in message and "--missing" in message


# ---- blank cells and lonely values ----


def test_one_blank_item_is_named_with_its_row(tmp_path):  # K61
    table = case("K61/item.csv")
    assert "'item_id' would be the item by its name, but 1 of 1600 rows has no value, the first of them row 901" in error(
        "init", table, code=2)
    assert "1 of 1600 rows has no value, the first of them row 901" in error("init", table, "--item", "item_id", code=3)
    (tmp_path / "c.toml").write_text(config("user_id", "item_id", table=table))
    assert "item.csv: row 901: column 'item_id' is missing" in error("train", "c.toml", "--out", "b", cwd=tmp_path, code=3)


def test_one_blank_user_is_said_and_is_no_user(tmp_path):  # K61
    text = init(tmp_path, case("K61/user.csv"))
    assert "1 of 1600 rows has no value; they belong to no user" in text and 'user  = "user_id"' in text
    train(tmp_path)
    assert ids(tmp_path, "user_id=u6") == {f"i{n}" for n in range(8)}


def test_blank_labels_are_said_and_are_no_labels(tmp_path):  # K61
    text = init(tmp_path, case("K61/label.csv"))
    assert 'label  = "rating"' in text and "2 of 1600 rows have no value, which the ranking leaves out" in text
    assert "2 of 1600 rows have no 'rating'" in train(tmp_path)


def test_blank_lines_at_the_end_are_no_rows(tmp_path):  # K61
    rows, columns = inspected(case("K61/blank.csv"))
    assert rows == 1600 and all(column["missing"] == 0 for column in columns.values())
    assert len(rows_of(case("K61/blank.csv"))) == 1600


@pytest.mark.parametrize("name, reason", [("oneitem", "'item' would be the item by its name, but all values are equal ('x')"),
                                          ("oneuser", "'user' would be the user by its name, but all values are equal ('me')")])
def test_a_table_of_one_item_or_one_user_says_so(tmp_path, name, reason):  # K18
    table = case(f"K18/{name}.csv")
    assert reason in error("init", table, code=2)
    # Whoever insists gets a config that trains, and the warning.
    init(tmp_path, table, "--query", "user", "--item", "item")
    feature = "item" if name == "oneitem" else "user"
    assert f"feature '{feature}': its vocabulary has 1 value, so the feature carries no information" in train(tmp_path)
    assert len(ids(tmp_path, "user=me" if name == "oneuser" else "user=u1")) == (1 if name == "oneitem" else 40)
