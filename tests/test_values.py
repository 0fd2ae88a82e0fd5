"""Lists, times and typed attributes, from the table to answers, as a person meets them."""

import csv
import itertools
import json
import random

import pytest

from program import error, run
from serving import serving

GENRES = ["Action", "Comedy", "Drama", "Film Noir", "War"]
ITEMS = {f"i{n}": [GENRES[n % 5]] + ([GENRES[(n + 2) % 5]] if n % 3 == 0 else []) for n in range(24)}
WRITTEN = {
    "python": lambda values: repr(values),
    "json": lambda values: json.dumps(values),
    "pipe": lambda values: "|".join(values),
    "comma": lambda values: ", ".join(values),
}


def title_of(item):
    """A comma in each, as in "Monsters, Inc."."""
    return f"Part, {item}"


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def ratings(written=WRITTEN["comma"], when=lambda n: n, rows=400):
    """Rows of users who like a genre each."""
    draws = random.Random(3)
    out = []
    for n in range(rows):
        user, item = draws.randrange(20), f"i{draws.randrange(24)}"
        liked = GENRES[user % 5] in ITEMS[item]
        out.append({"user": f"u{user}", "item": item, "genres": written(ITEMS[item]), "title": title_of(item),
                    "year": 1990 + int(item[1:]), "when": when(n), "rating": 5 if liked else 2})
    return out


def config(features="", attributes='"title", "year"', split="", items=""):
    return f"""
[data]
table = "table.csv"
user  = "user"
{split}
[features]
user = {{ kind = "category", dim = 4 }}
item = {{ kind = "category", dim = 4 }}
{features}
[query]
features = ["user"]
layers   = [{{ dense = 4 }}]
[items]
id         = "item"
features   = ["item"{items}]
layers     = [{{ dense = 4 }}]
attributes = [{attributes}]
[retrieval]
[[ranking]]
label = "rating"
[training]
epochs = 1
batch  = 64
"""


def train(folder, text, rows, **options):
    write(folder / "table.csv", rows)
    (folder / "config.toml").write_text(text)
    return run("train", "config.toml", "--out", "bundle", "--quiet", cwd=folder, **options)


def answers(folder, *arguments):
    done = run("recommend", "bundle", "--query", "user=u1", "-k", 24, "--keep-seen", "--format", "json", *arguments,
               cwd=folder)
    return {item["id"]: item["attributes"] for item in json.loads(done.stdout)["items"]}, done.stderr


def with_genre(genre):
    return {item for item, genres in ITEMS.items() if genre in genres}


def features_of(folder):
    features = json.loads((folder / "bundle/features.json").read_text())["features"]
    return {entry["name"]: entry["feature"] for entry in features}


# Lists


@pytest.mark.parametrize("form", WRITTEN)
def test_a_list_is_the_same_list_however_it_is_written(form, tmp_path):
    separator = 'separator = "|", ' if form == "pipe" else ""
    feature = f'genres = {{ kind = "categories", {separator}dim = 4 }}'
    train(tmp_path, config(feature, '"genres"', items=', "genres"'), ratings(WRITTEN[form]))
    assert features_of(tmp_path)["genres"]["tokens"] == sorted(GENRES)
    for genre in GENRES:
        found, words = answers(tmp_path, "--where", f"genres={genre}")
        assert set(found) == with_genre(genre) and "no item" not in words
        assert all(attributes["genres"] == ITEMS[item] for item, attributes in found.items())
    whole, _ = answers(tmp_path, "--where", f"genres={WRITTEN[form](ITEMS['i3'])}")
    assert "i3" in whole


@pytest.mark.parametrize("form", WRITTEN)
def test_jaccard_compares_single_values(form, tmp_path):
    separator = 'separator = "|"' if form == "pipe" else 'separator = ","'
    train(tmp_path, config(attributes=f'{{ column = "genres", {separator} }}'), ratings(WRITTEN[form]))
    similar = json.loads(run("similar", "bundle", "i0", "--by", "jaccard", "-k", 23, "--format", "json", cwd=tmp_path).stdout)
    for entry in similar["items"]:
        a, b = set(ITEMS["i0"]), set(ITEMS[entry["id"]])
        assert entry["similarity"] == pytest.approx(len(a & b) / len(a | b))


def test_a_list_in_brackets_needs_no_declaration(tmp_path):
    train(tmp_path, config(attributes='"genres"'), ratings(WRITTEN["python"]))
    found, _ = answers(tmp_path, "--where", "genres=Film Noir")
    assert set(found) == with_genre("Film Noir")


def test_a_title_with_a_comma_is_one_value(tmp_path):
    train(tmp_path, config(), ratings())
    found, _ = answers(tmp_path, "--where", "title=Part, i7")
    assert set(found) == {"i7"}
    found, words = answers(tmp_path, "--where", "title=Part")
    assert found == {} and "no item's title is 'Part'" in words
    similar = json.loads(run("similar", "bundle", "i0", "--by", "jaccard", "--format", "json", cwd=tmp_path).stdout)
    assert all(entry["similarity"] == 0 for entry in similar["items"])


def test_a_list_of_objects_is_refused_with_a_way_on(tmp_path):
    objects = ratings(lambda genres: json.dumps([{"id": 1, "name": name} for name in genres]))
    write(tmp_path / "table.csv", objects)
    text = config('genres = { kind = "categories", dim = 4 }', items=', "genres"')
    (tmp_path / "config.toml").write_text(text)
    message = error("train", "config.toml", "--out", "bundle", "--quiet", cwd=tmp_path, code=3)
    assert message.startswith("table.csv: row 1, column 'genres': '[{") and "contains objects" in message
    # What the message proposes works.
    sql = "SELECT * REPLACE (json_extract_string(genres, '$[*].name') AS genres) FROM 'table.csv'"
    run("train", "config.toml", "--data", sql, "--out", "bundle", "--quiet", cwd=tmp_path)
    assert features_of(tmp_path)["genres"]["tokens"] == sorted(GENRES)


def test_a_json_list_of_objects_is_refused_too(tmp_path):
    with open(tmp_path / "table.jsonl", "w") as file:
        for row in ratings():
            row["genres"] = [{"id": 1, "name": "a"}]
            file.write(json.dumps(row) + "\n")
    (tmp_path / "config.toml").write_text(config('genres = { kind = "categories" }', items=', "genres"'))
    message = error("train", "config.toml", "--data", "table.jsonl", "--out", "bundle", "--quiet", cwd=tmp_path, code=3)
    assert "column 'genres'" in message and "objects" in message


def test_one_batch_takes_lists_and_texts(tmp_path):
    text = config('genres = { kind = "categories", separator = "|", dim = 4 }').replace('["user"]', '["user", "genres"]')
    train(tmp_path, text, ratings(WRITTEN["pipe"]))
    lists = [["Drama"], ["Drama", "War", "Action"], "Drama", "Drama|War|Action", None, []]
    queries = [{"user": "u1", "genres": value} for value in lists]
    with serving("bundle", cwd=tmp_path) as server:
        for order in itertools.islice(itertools.permutations(range(6)), 0, 720, 97):
            status, _, answer = server.post("/v1/recommend/batch", {"queries": [queries[i] for i in order], "k": 5})
            assert status == 200, answer
            of = {i: answer["answers"][at]["items"] for at, i in enumerate(order)}
            assert of[0] == of[2] and of[1] == of[3] and of[4] == of[5] and of[0] != of[1]


# Attributes


def test_attributes_keep_their_types(tmp_path):
    rows = ratings()
    for row in rows:
        number = int(row["item"][1:])
        row |= {"code": f"{number:03}", "price": number / 4, "votes": "" if number == 5 else f"{number}.0",
                "released": f"20{number:02}-03-01", "big": 10**18 + number}
    attributes = ('"title", "year", { column = "genres", separator = "," }, "code", "price", "votes", "released", "big", '
                  '{ column = "year_text", kind = "text" }')
    for row in rows:
        row["year_text"] = row["year"]
    train(tmp_path, config(attributes=attributes), rows)
    found, _ = answers(tmp_path)
    assert found["i5"] == {"title": "Part, i5", "year": 1995, "genres": ITEMS["i5"], "code": "005", "price": 1.25,
                           "votes": None, "released": "2005-03-01", "big": 10**18 + 5, "year_text": "1995"}
    assert found["i6"]["votes"] == 6
    with serving("bundle", cwd=tmp_path) as server:
        status, _, item = server.ask("GET", "/v1/items/i5")
        assert status == 200 and item["attributes"] == found["i5"]
        _, _, features = server.ask("GET", "/v1/features")
        inputs = {field["column"]: field["input"] for field in features["attributes"]}
        assert inputs == {"title": "one", "year": "number", "genres": "several", "code": "one", "price": "number",
                          "votes": "number", "released": "time", "big": "number", "year_text": "one"}
    for condition, numbers in [("released>=2020-01-01", range(20, 24)), ("big>1000000000000000022", [23]),
                               ("votes<=2", range(3)), ("code=007", [7]), ("price=1.250", [5]), ("year!=1990", range(1, 24)),
                               ("votes=", [5])]:
        found, _ = answers(tmp_path, "--where", condition)
        assert set(found) == {f"i{n}" for n in numbers}, condition
    run("export", "bundle", "--to", "parquet", "--out", "items.parquet", cwd=tmp_path)
    types = run("inspect", "items.parquet", cwd=tmp_path).stdout
    kinds = {line.split()[0]: line.split()[1] for line in types.splitlines()[2:] if line.strip()}
    assert kinds["year"] == "integer" and kinds["price"] == "number" and kinds["code"] == "text" and kinds["released"] == "time"


def test_a_missing_number_fulfils_no_order(tmp_path):
    rows = ratings()
    for row in rows:
        row["year"] = "NaN" if row["item"] == "i3" else row["year"]
    train(tmp_path, config(attributes='"year"'), rows)
    for condition in "year>=1990", "year<=2020", "year>0", "year<9999", "year=1993":
        assert "i3" not in answers(tmp_path, "--where", condition)[0]
    assert answers(tmp_path)[0]["i3"] == {"year": None}


def test_a_condition_that_is_no_number_is_an_error(tmp_path):
    train(tmp_path, config(), ratings())
    for condition in "year>=abc", "year=abc", "year<", "year>nan":
        message = error("recommend", "bundle", "--query", "user=u1", "--where", condition, cwd=tmp_path, code=2)
        assert message.startswith(condition) and "'year' contains numbers" in message
    with serving("bundle", cwd=tmp_path) as server:
        status, _, problem = server.post("/v1/recommend", {"query": {"user": "u1"}, "filter": ["title=x", "year>=abc"]})
        assert status == 422 and problem["errors"][0]["field"] == "filter.1"


def test_an_order_of_texts_gets_a_note(tmp_path):
    train(tmp_path, config(), ratings())
    _, words = answers(tmp_path, "--where", "title>3")
    assert words.startswith("note: title>3: 'title' contains texts")
    with serving("bundle", cwd=tmp_path) as server:
        _, _, answer = server.post("/v1/recommend", {"query": {"user": "u1"}, "filter": ["title>3"]})
        assert "letter by letter" in answer["warnings"][0]
        _, _, answer = server.post("/v1/recommend/batch", {"queries": [{"user": "u1"}], "filter": ["title>3"]})
        assert "letter by letter" in answer["warnings"][0]


def test_older_bundles_are_read(tmp_path):
    """Their attributes are texts without a kind."""
    text = config('genres = { kind = "categories", separator = "|", dim = 4 }', '"genres", "year", "title"',
                  items=', "genres"')
    train(tmp_path, text, ratings(WRITTEN["pipe"]))
    new, _ = answers(tmp_path)
    path = tmp_path / "bundle/items.json"
    items = json.loads(path.read_text())
    for attribute in items["attributes"]:
        texts = ["|".join(v) if isinstance(v, list) else str(v) for v in attribute["values"]]
        kind = {"name": attribute["name"], "values": texts}
        attribute.clear()
        attribute.update(kind)
    reseal(tmp_path / "bundle", "items.json", json.dumps(items))
    assert answers(tmp_path)[0] == new


def reseal(bundle, name, text):
    import hashlib

    (bundle / name).write_text(text)
    manifest = json.loads((bundle / "manifest.json").read_text())
    for file in manifest["files"]:
        if file["name"] == name:
            file["bytes"], file["sha256"] = len(text.encode()), hashlib.sha256(text.encode()).hexdigest()
    manifest["version"] = 1  # which has no checksum of its own
    del manifest["sha256"]
    (bundle / "manifest.json").write_text(json.dumps(manifest))


# Times

START = 1_700_000_040  # 22:14:00
STEP = 86_400


def seconds(n):
    return START + STEP * n


def stamp(n, pattern):
    import datetime

    return datetime.datetime.fromtimestamp(seconds(n), datetime.timezone.utc).strftime(pattern)


BY_TIME = 'split = { by = "time", column = "when", train = 0.8, validation = 0.1, test = 0.1 }'
TIMES = {
    "seconds": seconds,
    "milliseconds": lambda n: seconds(n) * 10**3,
    "microseconds": lambda n: seconds(n) * 10**6,
    "nanoseconds": lambda n: seconds(n) * 10**9,
    "iso": lambda n: stamp(n, "%Y-%m-%dT%H:%M:%SZ"),
    "day first": lambda n: stamp(n, "%d-%m-%Y %H:%M"),
    "month first": lambda n: stamp(n, "%m/%d/%Y %H:%M"),
}


def time_config(feature='when = { kind = "time" }', split=BY_TIME):
    return config(feature, split=split).replace('features = ["user"]', 'features = ["user", "when"]')


@pytest.mark.parametrize("written", TIMES)
def test_a_time_is_the_same_instant_however_it_is_written(written, tmp_path):
    rows = ratings(when=TIMES[written])
    train(tmp_path, time_config(), rows)
    fitted = features_of(tmp_path)["when"]
    assert fitted["least"] == seconds(0) and fitted["most"] == seconds(319)  # the first 80 % of the rows
    ask = lambda when: run("predict", "bundle", "--query", "user=u1", "--query", f"when={when}", "--item", "item=i1",
                           cwd=tmp_path).stdout
    own, iso = ask(TIMES[written](100)), ask(TIMES["iso"](100))
    assert own == iso != ask(TIMES["iso"](300))
    run("predict", "bundle", "--data", "table.csv", "--out", "p.csv", cwd=tmp_path)


def test_seconds_mixed_with_milliseconds_are_an_error_with_the_row(tmp_path):
    rows = ratings(when=lambda n: seconds(n) * (1000 if n % 2 else 1))
    write(tmp_path / "table.csv", rows)
    (tmp_path / "config.toml").write_text(time_config())
    message = error("train", "config.toml", "--out", "b", "--quiet", cwd=tmp_path, code=3)
    assert message.startswith("table.csv: row 1, column 'when': 1700000040 looks like seconds")
    (tmp_path / "config.toml").write_text(time_config('when = { kind = "time", unit = "milliseconds" }'))
    assert "looks like seconds" in error("train", "config.toml", "--out", "b", "--quiet", cwd=tmp_path, code=3)


def test_an_implausible_year_is_an_error_with_the_row(tmp_path):
    write(tmp_path / "table.csv", ratings(when=lambda n: "9999-12-31" if n == 6 else TIMES["iso"](n)))
    (tmp_path / "config.toml").write_text(time_config())
    message = error("train", "config.toml", "--out", "b", "--quiet", cwd=tmp_path, code=3)
    assert "row 7, column 'when'" in message and "1900 to 2200" in message


def test_dates_that_tell_no_day_from_month_need_a_format(tmp_path):
    dates = lambda n: f"{n % 12 + 1:02}-{n % 7 + 1:02}-2021 07:01"
    write(tmp_path / "table.csv", ratings(when=dates))
    (tmp_path / "config.toml").write_text(time_config())
    message = error("train", "config.toml", "--out", "b", "--quiet", cwd=tmp_path, code=3)
    assert "column 'when'" in message and 'format = "%d-%m-%Y"' in message
    declared = time_config('when = { kind = "time", format = "%d-%m-%Y %H:%M" }')  # the split takes it too
    (tmp_path / "config.toml").write_text(declared)
    run("train", "config.toml", "--out", "bundle", "--quiet", cwd=tmp_path)
    assert features_of(tmp_path)["when"]["format"] == "%d-%m-%Y %H:%M"
    split = BY_TIME.replace(" }", ', format = "%m-%d-%Y" }')
    (tmp_path / "config.toml").write_text(config(split=split))
    run("train", "config.toml", "--out", "other", "--quiet", cwd=tmp_path)


def test_init_finds_dates_in_texts(tmp_path):
    write(tmp_path / "table.csv", ratings(when=TIMES["day first"]))
    text = run("init", "table.csv", cwd=tmp_path).stdout
    assert 'by = "time", column = "when"' in text
    (tmp_path / "config.toml").write_text(text)
    run("train", "config.toml", "--epochs", 1, "--out", "bundle", "--quiet", cwd=tmp_path)
    write(tmp_path / "table.csv", ratings(when=lambda n: f"{n % 12 + 1:02}-{n % 7 + 1:02}-2021 07:{n % 60:02}"))
    text = run("init", "table.csv", cwd=tmp_path).stdout
    assert "cannot tell the day from the month" in text and "format = " in text


def test_init_leaves_mixed_units_out_and_says_why(tmp_path):
    rows = [{**row, "timestamp": row["when"]} for row in ratings(when=lambda n: seconds(n) * (1000 if n % 2 else 1))]
    write(tmp_path / "table.csv", rows)
    assert "# left out: timestamp (1700000040 looks like seconds" in run("init", "table.csv", cwd=tmp_path).stdout


def test_init_reads_lists_in_brackets(tmp_path):
    for form in "python", "json":
        write(tmp_path / "table.csv", ratings(WRITTEN[form]))
        text = run("init", "table.csv", cwd=tmp_path).stdout
        assert 'kind = "categories", dim' in text
    write(tmp_path / "table.csv", ratings(lambda genres: json.dumps([{"id": 1, "name": name} for name in genres])))
    text = run("init", "table.csv", cwd=tmp_path).stdout
    assert "left out: genres" in text and "objects" in text
