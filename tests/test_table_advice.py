"""What is said about a table whose values need a setting: numbers with commas, blanks around values, blank items."""

import pytest

from program import error, run
from tables import config, inspect, items, pairs, train, write


def rows(price="1", delimiter=","):
    header = delimiter.join(["user", "item", "price", "rating"]) + "\n"
    return header + "".join(delimiter.join([f"u{u}", f"i{i}", price.replace("N", str(i + 1)), str(r)]) + "\n" for u, i, r in pairs(300))


@pytest.mark.parametrize("price, flags, least", [
    ("N,52", ["--decimal", ","], 1.52), ('N,100.50', ["--thousands", ","], 1100.5),
    ("N.100,50", ["--decimal", ",", "--thousands", "."], 1100.5)])
def test_numbers_with_commas_are_noted_with_the_flags_that_read_them(tmp_path, price, flags, least):
    write(tmp_path, rows(price, ";"))
    said = run("inspect", "in.csv", cwd=tmp_path).stderr
    assert said.startswith("note: column 'price': contains text, such as '") and f"({' '.join(flags)})" in said
    text = run("init", "in.csv", cwd=tmp_path).stdout
    assert f"({' '.join(flags)})" in text
    columns = inspect(tmp_path, "in.csv", *flags)
    assert (columns["price"]["type"], columns["price"]["min"]) == ("number", least)
    assert run("inspect", "in.csv", *flags, cwd=tmp_path).stderr == ""
    feature = config(features='price = { kind = "number" }', query=["user", "price"])
    assert f"({' '.join(flags)})" in train(tmp_path, feature, 3)
    train(tmp_path, feature, 0, *flags)


def test_a_comma_that_may_be_either_is_noted_with_both_flags(tmp_path):
    write(tmp_path, rows("N,100", ";"))
    said = run("inspect", "in.csv", cwd=tmp_path).stderr
    assert "(--decimal ,)" in said and "(--thousands ,)" in said


def test_lists_of_numbers_are_no_numbers_with_commas(tmp_path):
    write(tmp_path, rows("N,2,3", ";"))
    assert run("inspect", "in.csv", cwd=tmp_path).stderr == ""


def test_a_label_with_commas_says_how_to_read_it(tmp_path):
    write(tmp_path, rows(delimiter=";").replace("rating", "stars").replace(";5\n", ";4,5\n").replace(";1\n", ";0,5\n"))
    assert "label 'stars': needs numbers, but contains text, such as '4,5'; if the decimal point is a comma" in error(
        "init", "in.csv", "--label", "stars", cwd=tmp_path, code=3)
    assert "--decimal ," in run("init", "in.csv", cwd=tmp_path).stdout


@pytest.mark.parametrize("delimiter, flag", [(", ", ", "), ("\t ", "whitespace")])
def test_blanks_around_values_are_noted_and_may_belong_to_the_delimiter(tmp_path, delimiter, flag):
    write(tmp_path, rows(delimiter=delimiter))
    assert "item': its values begin or end with blanks" in run("inspect", "in.csv", cwd=tmp_path).stderr
    assert run("inspect", "in.csv", "--delimiter", flag, cwd=tmp_path).stderr == ""
    bundle = train(tmp_path, config(), 0, "--delimiter", flag)
    assert items(bundle) == [f"i{n}" for n in range(8)]


def test_an_item_that_one_row_lacks_is_named_with_table_and_row(tmp_path):
    write(tmp_path, rows() + "u1,,1,5\n" + "u1,i1,1,5\n")
    message = error("init", "in.csv", "--item", "item", cwd=tmp_path, code=3)
    assert message == "in.csv: item 'item': 1 of 302 rows has no value, the first of them row 301, but each row needs one"


def test_a_value_of_a_table_of_queries_is_named_with_its_table_and_the_way_to_read_it(tmp_path):
    write(tmp_path, rows())
    train(tmp_path, config(features='price = { kind = "number" }', query=["user", "price"]))
    for value, advice in (("n/a", "missing"), ("7,52", "--decimal ,"), ("ten", "is not a number")):
        write(tmp_path, f"user;price\nu1;1\nu2;{value}\n", "q.csv")
        message = error("recommend", "bundle", "--queries", "q.csv", "--out", "a.csv", cwd=tmp_path, code=3)
        assert message.startswith(f"q.csv: row 2, column 'price': '{value}' is not a number") and advice in message
