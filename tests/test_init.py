"""Configs that `init` writes: they train, say why a column is not what its name says, and leak nothing."""

import json
import random
import tomllib

import pytest

from program import error, run


def write(folder, header, rows, name="t.csv"):
    text = (",".join(header) + "\n" if header else "") + "".join(",".join(map(str, row)) + "\n" for row in rows)
    (folder / name).write_text(text)


def pairs(count, users=30, items=40, seed=1):
    draws = random.Random(seed)
    return [(f"u{draws.randrange(users)}", f"i{draws.randrange(items)}") for _ in range(count)]


def init(folder, *arguments):
    """The config as text and as a table."""
    text = run("init", "t.csv", *arguments, cwd=folder).stdout
    return text, tomllib.loads(text)


def train(folder, text, *settings):
    (folder / "c.toml").write_text(text)
    sets = [word for setting in ("training.epochs=1", *settings) for word in ("--set", setting)]
    return run("train", "c.toml", "--out", "b", "--overwrite", "--threads", 1, *sets, cwd=folder)


def rated(count=400, **options):
    return [(user, item, 1 + n % 5) for n, (user, item) in enumerate(pairs(count, **options))]


HEADER = ("user_id", "item_id", "rating")


@pytest.mark.parametrize("blank", ["", " "])
def test_a_blank_cell_is_the_reason_why_a_column_is_not_the_item(tmp_path, blank):
    rows = [list(row) for row in rated()]
    rows[7][1] = rows[9][1] = blank
    write(tmp_path, HEADER, rows)
    assert "'item_id' would be the item by its name, but 2 of 400 rows have no value, the first of them row 8" in error(
        "init", "t.csv", cwd=tmp_path, code=2)


@pytest.mark.parametrize("blank", ["", " "])
def test_a_blank_label_is_said(tmp_path, blank):
    rows = [list(row) for row in rated()]
    rows[7][2] = rows[9][2] = blank
    write(tmp_path, HEADER, rows)
    text, config = init(tmp_path)
    assert "2 of 400 rows have no value, which the ranking leaves out" in text
    assert config["ranking"][0]["label"] == "rating"
    train(tmp_path, text)


def test_a_blank_user_is_no_user(tmp_path):
    rows = [list(row) for row in rated()]
    rows[7][0] = " "
    rows[8][0] = ""
    write(tmp_path, HEADER, rows)
    text, config = init(tmp_path)
    assert config["data"]["user"] == "user_id"
    assert "2 of 400 rows have no value; they belong to no user, but count for their items" in text
    train(tmp_path, text)


def test_words_for_missing_values_become_a_setting(tmp_path):
    draws = random.Random(3)
    rows = [(u, i, draws.choice(["NaN", 20, 31, 42]), draws.choice(["None", "nan", "NULL", "Rome", "Oslo"]), r)
            for u, i, r in rated()]
    write(tmp_path, ("user", "item", "age", "city", "rating"), rows)
    text, config = init(tmp_path)
    assert set(config["data"]["missing"]) == {"NaN", "None", "nan", "NULL"}
    train(tmp_path, text)
    rows = [(u, i, "NaN" if n % 50 == 0 else r) for n, (u, i, r) in enumerate(rated())]
    write(tmp_path, ("user", "item", "rating"), rows)
    text, config = init(tmp_path)
    assert config["data"]["missing"] == ["NaN"]
    assert "8 of 400 rows have no value, which the ranking leaves out" in text
    train(tmp_path, text)


def test_a_lone_na_among_texts_is_a_country(tmp_path):
    draws = random.Random(3)
    write(tmp_path, ("user", "item", "country"), [(u, i, draws.choice(["NA", "DE", "FR"])) for u, i in pairs(300)])
    _, config = init(tmp_path)
    assert "missing" not in config["data"]


def test_equal_values_are_the_reason_why_there_is_no_item_or_user(tmp_path):
    write(tmp_path, ("user", "item", "rating"), [(f"u{n % 9}", "x", n % 5) for n in range(100)])
    assert "'item' would be the item by its name, but all values are equal ('x')" in error(
        "init", "t.csv", cwd=tmp_path, code=2)
    write(tmp_path, ("user", "item", "rating"), [("me", f"i{n % 9}", n % 5) for n in range(100)])
    assert "'user' would be the user by its name, but all values are equal ('me')" in error(
        "init", "t.csv", cwd=tmp_path, code=2)
    text, _ = init(tmp_path, "--query", "user")
    train(tmp_path, text)


TURNED_DOWN = [
    ("rating", lambda n: 3, "the label by its name, but all values are equal ('3')"),
    ("rating", lambda n: "", "the label by its name, but it has no values"),
    ("rating", lambda n: ["good", "bad"][n % 2], "the label by its name, but it is not a column of numbers: it contains text such as 'bad'"),
    ("timestamp", lambda n: 1_600_000_000, "the time by its name, but all values are equal"),
    ("timestamp", lambda n: "" if n % 40 == 0 else 1_600_000_000 + 1000 * n, "the time by its name, but 10 of 400 rows have no value"),
    ("timestamp", lambda n: 1_600_000_000 * (1000 if n % 2 else 1), "the time by its name, but 1600000000 looks like seconds"),
    ("timestamp", lambda n: f"day {n}", "the time by its name, but it contains no times"),
    ("user_id", lambda n: f"u{n}", "the user by its name, but it has a different value in each row"),
    ("user_id", lambda n: n / 7, "the user by its name, but its values are of another kind: number, 0 to 57"),
    ("item_id", lambda n: "|".join(sorted({"abcdefgh"[n * k % 8] for k in (1, 2, 3)})), "the item by its name, but it has several values per row"),
]


@pytest.mark.parametrize("column, value, reason", TURNED_DOWN, ids=range(len(TURNED_DOWN)))
def test_a_column_that_is_turned_down_has_a_reason(tmp_path, column, value, reason):
    header = ("user_id", "item_id", "rating", "timestamp")
    rows = [[u, i, r, 1_600_000_000 + 1000 * n] for n, (u, i, r) in enumerate(rated())]
    for n, row in enumerate(rows):
        row[header.index(column)] = value(n)
    write(tmp_path, header, rows)
    done = run("init", "t.csv", "--out", "c.toml", cwd=tmp_path, code=None)
    text = done.stderr + ((tmp_path / "c.toml").read_text() if done.returncode == 0 else "")
    assert f"'{column}' would be {reason}" in text
    if done.returncode == 0:
        train(tmp_path, (tmp_path / "c.toml").read_text())


def test_a_table_without_names_says_that_no_header_was_found(tmp_path):
    draws = random.Random(3)
    rows = [(draws.choice(["carol", "bob", "heidi"]), draws.choice(["plum", "pear", "nut"])) for _ in range(200)]
    write(tmp_path, None, rows)
    assert "no header was found" in error("init", "t.csv", cwd=tmp_path, code=2)


def test_what_differs_from_row_to_row_is_not_asked_with(tmp_path):
    draws = random.Random(3)
    tags = {f"i{n}": [f"tag{n % 7}", f"tag{n % 5 + 7}", f"tag{n % 3 + 12}"] for n in range(40)}
    rows = []
    for n, (user, item) in enumerate(pairs(1200)):
        mixed = tags[item][:]
        draws.shuffle(mixed)
        rows.append((user, item, "|".join(mixed), n // 4, f"x{n // 3}", draws.choice(["a", "b"]),
                     draws.choice(["phone", "desk"]), f"page-of-{item}-{n % 2}", 1 + n % 3))
    write(tmp_path, ("user", "item", "tags", "order_id", "receipt", "part", "device", "referrer", "quantity"), rows)
    text, config = init(tmp_path)
    assert config["query"]["features"] == ["user", "device"]
    assert config["items"]["features"] == ["item", "tags"]
    assert "# left out: order_id (an id that is neither the user nor the item)" in text
    assert "# left out: referrer (nearly identifies the item by itself: in 100 % of rows)" in text
    assert '# weight = "quantity"' in text
    train(tmp_path, text)


def test_a_column_of_parts_is_the_split(tmp_path):
    draws = random.Random(3)
    for parts in (["train"] * 8 + ["validation", "test"], ["train"] * 8 + ["test"]):
        write(tmp_path, HEADER + ("part",), [(*row, draws.choice(parts)) for row in rated()])
        text, config = init(tmp_path)
        assert config["data"]["split"] == {"by": "column", "column": "part"}
        assert config["query"]["features"] == ["user_id"]
        train(tmp_path, text)


def test_a_feature_of_the_query_that_is_the_answer_is_a_warning(tmp_path):
    rows = [(u, i, f"of {i}", r) for u, i, r in rated()]
    write(tmp_path, ("user_id", "item_id", "shelf", "rating"), rows)
    text, config = init(tmp_path)
    assert "shelf" not in config["query"]["features"]
    text, config = init(tmp_path, "--query", "user_id", "--query", "shelf")
    done = train(tmp_path, text)
    sentence = "The query's 'shelf' alone nearly identifies the item_id: in 100 % of the training rows"
    assert sentence in done.stderr
    assert sentence in run("evaluate", "b", cwd=tmp_path).stdout
    assert sentence in (tmp_path / "b" / "report.json").read_text()


def test_what_people_take_again_is_recommended_again(tmp_path):
    write(tmp_path, ("user", "item"), pairs(2000, users=10, items=20))
    text, config = init(tmp_path)
    assert config["recommend"]["seen"] == "keep" and "people come back to items" in text
    train(tmp_path, text)
    once = sorted(set(pairs(2000, users=60, items=80)))
    write(tmp_path, ("user", "item"), once)
    assert "recommend" not in init(tmp_path)[1]


def films(folder):
    """Two films have one title."""
    titles = {n: f"The Film {n}" if n > 1 else "The Same Film" for n in range(40)}
    rows = [(u, int(i[1:]), titles[int(i[1:])], r) for u, i, r in rated(800)]
    write(folder, ("user_id", "movie_id", "title", "rating"), rows)


def test_the_id_stays_the_id_and_the_title_is_shown(tmp_path):
    films(tmp_path)
    text, config = init(tmp_path)
    assert config["items"]["id"] == "movie_id" and config["items"]["display"] == "title"
    train(tmp_path, text)
    table = run("similar", "b", "The Film 7", "-k", 3, cwd=tmp_path).stdout
    assert table.splitlines()[0].split()[:3] == ["rank", "movie_id", "title"] and "The Film" in table
    same = json.loads(run("similar", "b", "The Film 7", "-k", 3, "--format", "json", cwd=tmp_path).stdout)
    by_id = json.loads(run("similar", "b", "7", "-k", 3, "--format", "json", cwd=tmp_path).stdout)
    assert same["items"] == by_id["items"] and same["items"][0]["display"].startswith("The ")
    assert "has no movie_id 'The Same Film'" in error("similar", "b", "The Same Film", cwd=tmp_path, code=2)
    assert "The Film 17" in error("similar", "b", "The Fim 17", cwd=tmp_path, code=2)
    listed = json.loads(run("recommend", "b", "--query", "user_id=u1", "--exclude", "The Film 7", "-k", 40, "--keep-seen",
                            "--format", "json", cwd=tmp_path).stdout)["items"]
    assert "7" not in [item["id"] for item in listed] and all(item["display"] for item in listed)


def test_a_binary_label_trains_retrieval_on_its_ones(tmp_path):
    """All users are shown all items; they take those of their own parity."""
    draws = random.Random(5)
    rows = []
    for n in range(6000):
        user, item = draws.randrange(40), draws.randrange(60)
        rows.append((f"u{user}", f"i{item}", int(user % 2 == item % 2 and draws.random() < 0.9)))
    write(tmp_path, ("user", "item", "clicked"), rows)
    text, config = init(tmp_path)
    assert config["retrieval"]["positives"] == "clicked"
    (tmp_path / "c.toml").write_text(text)
    shares = {}
    for name, positives in (("ones", "clicked"), ("all", "")):
        run("train", "c.toml", "--out", name, "--quiet", "--threads", 1, "--set", "training.epochs=6",
            "--set", f'retrieval.positives="{positives}"', cwd=tmp_path)
        items = json.loads(run("recommend", name, "--query", "user=u4", "--keep-seen", "--order", "score", "-k", 20,
                               "--format", "json", cwd=tmp_path).stdout)["items"]
        shares[name] = sum(int(item["id"][1:]) % 2 == 0 for item in items) / 20
    assert shares["ones"] > 0.85 > shares["all"]


def odd_tables():
    yield "one row", HEADER, [("u1", "i1", 3)]
    yield "five rows", HEADER, rated()[:5]
    yield "eleven rows", HEADER, rated()[:11]
    yield "a title of marks", ("user_id", "item_id", "title"), [(u, i, f"... --- {i[1:]}!") for u, i in pairs(200)]
    yield "infinite label", HEADER, [(u, i, "inf" if n % 9 == 0 else r) for n, (u, i, r) in enumerate(rated())]
    yield "huge label", HEADER, [(u, i, "1e300" if n % 9 == 0 else r) for n, (u, i, r) in enumerate(rated())]
    yield "label of words", HEADER, [(u, i, ["good", "bad"][r % 2]) for u, i, r in rated()]
    yield "label of yes and no", HEADER, [(u, i, ["yes", "no"][r % 2]) for u, i, r in rated()]
    yield "years 2300", HEADER + ("date",), [(*row, f"2{300 + n % 60}-01-01") for n, row in enumerate(rated())]
    yield "mixed times", HEADER + ("timestamp",), [
        (*row, 1_600_000_000 * (1000 if n % 2 else 1)) for n, row in enumerate(rated())]
    yield "blank times", HEADER + ("timestamp",), [
        (*row, 1_600_000_000 + n if n % 7 else "") for n, row in enumerate(rated())]
    yield "ambiguous dates", HEADER + ("date",), [(*row, f"0{1 + n % 9}/0{1 + n % 7}/2021") for n, row in enumerate(rated())]
    yield "objects", HEADER + ("genres",), [(*row, "\"[{'id': 1, 'name': 'Drama'}]\"") for row in rated()]
    yield "mostly blank", HEADER + ("age", "note"), [
        (*row, 30 + n if n == 399 else "", "x y z" if n == 398 else "") for n, row in enumerate(rated())]
    yield "a name of words", ("user_id", "title", "title_words"), [(u, f"a film {i}", f"w {i}") for u, i in pairs(300)]
    yield "names to quote", ('"a ""user"" id"', '"item.id"', "rating"), rated()
    yield "other parts", HEADER + ("split",), [(*row, ["train", "val", "dev"][n % 3]) for n, row in enumerate(rated())]
    yield "minus one", HEADER, [(u, i, -1 if r == 1 else r) for u, i, r in rated()]
    yield "all once", ("user_id", "item_id"), [(f"u{n}", f"i{n}") for n in range(60)]
    yield "long values", HEADER, [("u" * 3000 + u, i, r) for u, i, r in rated()]


@pytest.mark.parametrize("name, header, rows", list(odd_tables()), ids=[table[0] for table in odd_tables()])
def test_train_takes_what_init_writes(tmp_path, name, header, rows):
    write(tmp_path, header, rows)
    done = run("init", "t.csv", "--out", "c.toml", cwd=tmp_path, code=None)
    if done.returncode == 0:
        run("train", "c.toml", "--out", "b", "--threads", 1, "--set", "training.epochs=1", cwd=tmp_path)
    else:
        assert done.returncode in (2, 3) and "shortlist: t.csv" in done.stderr


def test_time_grows_with_the_columns_and_not_faster(tmp_path):
    """Each of the columns has dates, which are looked at more closely."""
    columns = 600
    header = ["user_id", "item_id", "rating"] + [f"d{c}" for c in range(columns)]
    rows = [(u, i, r, *[f"{13 + (n + c) % 9}-0{1 + n % 9}-2021" for c in range(columns)])
            for n, (u, i, r) in enumerate(rated(300))]
    write(tmp_path, header, rows)
    text, config = init(tmp_path)
    assert config["items"]["id"] == "item_id"
