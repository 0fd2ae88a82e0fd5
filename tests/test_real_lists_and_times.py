"""Lists and times as people export them.

A comment gives the folder of the input; see real_inputs.py."""

import ast
import datetime
import json

import pytest

from program import error, run
from real_inputs import case, init, inspected, recommended, rows_of, train
from serving import serving
from tables import config, vocabulary

GENRES = ["Action", "Comedy", "Drama", "Film Noir", "Horror", "Romance", "Sci-Fi", "War"]


def genres_of():
    """{item: set of genres}, which all tables of these folders share."""
    lines = case("K13c/truth.txt").read_text().splitlines()
    return {line.split(" ", 1)[0]: set(ast.literal_eval(line.split(" ", 1)[1])) for line in lines}


def check_lists(folder):
    """The vocabulary, the filters, the attributes and Jaccard see single genres."""
    truth = genres_of()
    found = vocabulary(folder / "bundle", "genres")
    assert [genre for genre in found if genre != "(no genres listed)"] == GENRES  # MovieLens' words for none
    for genre in GENRES:
        items, said = recommended(folder, "user=u1", more=["--where", f"genres={genre}"])
        assert {item["id"] for item in items} == {item for item in truth if genre in truth[item]} and "no item" not in said
        assert all(set(item["attributes"]["genres"]) == truth[item["id"]] for item in items)
    done = run("similar", "bundle", "i2", "--by", "jaccard", "-k", 59, "--format", "json", cwd=folder)
    for item in json.loads(done.stdout)["items"]:
        one, other = truth["i2"], truth[item["id"]]
        assert item["similarity"] == pytest.approx(len(one & other) / len(one | other)), item["id"]


@pytest.mark.parametrize("name", ["K13b/py.csv", "K13b/jsonarr.csv", "K13b/arr.jsonl", "K13c/pipe.csv"])
def test_genres_are_single_genres_however_the_list_is_written(tmp_path, name):  # K13b, K13c
    init(tmp_path, case(name))
    train(tmp_path)
    check_lists(tmp_path)


def test_genres_between_bars_are_single_genres_where_an_attribute_says_so(tmp_path):  # K13c
    """Without a feature that declares the separator."""
    text = config(table=case("K13c/pipe.csv")).replace("attributes = []", 'attributes = [{ column = "genres", separator = "|" }]')
    (tmp_path / "c.toml").write_text(text)
    train(tmp_path)
    truth = genres_of()
    items, _ = recommended(tmp_path, "user=u1", more=["--where", "genres=Drama"])
    assert {item["id"] for item in items} == {item for item in truth if "Drama" in truth[item]}


def test_a_list_of_objects_is_refused_with_a_query_that_reads_it(tmp_path):  # K13b
    table = case("K13b/tmdb.csv")
    text = init(tmp_path, table)
    assert "# left out: genres (" in text and "contains objects" in text
    feature = 'genres = { kind = "categories", dim = 4 }'
    (tmp_path / "c.toml").write_text(config(table=table, features=feature, query=["user", "genres"], attributes=["genres"]))
    message = error("train", "c.toml", "--out", "b", cwd=tmp_path, code=3)
    assert "tmdb.csv: row 1, column 'genres': '[{" in message and "json_extract_string(genres, '$[*].name')" in message
    sql = f"SELECT * REPLACE (json_extract_string(genres, '$[*].name') AS genres) FROM '{table}'"
    train(tmp_path, "--data", sql)
    assert vocabulary(tmp_path / "bundle", "genres") == GENRES


def test_lists_of_other_lengths_and_texts_are_one_batch(tmp_path):  # K28
    feature = 'genres = { kind = "categories", dim = 4 }'
    (tmp_path / "c.toml").write_text(config(table=case("K13b/arr.jsonl"), features=feature, query=["user", "genres"]))
    train(tmp_path)
    written = [["Drama"], ["Drama", "War", "Horror"], "Drama", "Drama, War, Horror"]
    with serving("bundle", cwd=tmp_path) as server:
        single = []
        for genres in written:
            status, _, answer = server.post("/v1/recommend", {"query": {"user": "u1", "genres": genres}, "k": 20})
            assert status == 200, answer
            single.append(answer["items"])
        assert single[0] == single[2] != single[1] == single[3]
        for order in ([0, 1], [1, 0], [0, 1, 2, 3], [2, 1, 0]):
            queries = [{"user": "u1", "genres": written[n]} for n in order]
            status, _, batch = server.post("/v1/recommend/batch", {"queries": queries, "k": 20})
            assert status == 200, batch
            assert [one["items"] for one in batch["answers"]] == [single[n] for n in order]
        # TensorFlow Serving's form has one kind of value in a batch, too.
        instances = [{"user": "u1", "genres": written[n]} for n in range(4)]
        status, _, answer = server.post("/v1/models/bundle:predict", {"instances": instances})
        assert status == 200, answer


# ---- times ----


def test_milliseconds_mixed_with_seconds_are_complained_about(tmp_path):  # K12
    table = case("K12/mixed.csv")
    first = next(n for n, row in enumerate(rows_of(table), 1) if len(row["timestamp"]) == 10)
    text = init(tmp_path, table)
    assert "'timestamp' would be the time by its name, but" in text and "looks like seconds" in text
    assert 'by = "random"' in text and "timestamp = {" not in text
    timed = text.replace('by = "random", train', 'by = "time", column = "timestamp", train').replace(", seed = 42", "")
    (tmp_path / "c.toml").write_text(timed)
    message = error("train", "c.toml", "--out", "b", cwd=tmp_path, code=3)
    assert f"mixed.csv: row {first}, column 'timestamp': 1700579600 looks like seconds" in message
    # One unit for all, by the query that the message proposes.
    sql = f"SELECT * REPLACE (CASE WHEN timestamp < 1e11 THEN timestamp * 1000 ELSE timestamp END AS timestamp) FROM '{table}'"
    train(tmp_path, "--data", sql)


def test_dates_whose_day_comes_first_are_times(tmp_path):  # K11
    table = case("K11/dmy.csv")
    text = init(tmp_path, table)
    assert 'split = { by = "time", column = "when", format = "%d/%m/%Y"' in text
    feature = 'when = { kind = "time" }'
    (tmp_path / "c.toml").write_text(config(table=table, features=feature, query=["user", "when"]).replace(
        "split = { train", 'split = { by = "time", column = "when", train'))
    train(tmp_path)
    fitted = json.loads((tmp_path / "bundle/features.json").read_text())["features"]
    [when] = [entry["feature"] for entry in fitted if entry["name"] == "when"]
    days = sorted(datetime.datetime.strptime(row["when"] + "+0000", "%d/%m/%Y%z").timestamp() for row in rows_of(table))
    assert (when["format"], when["least"]) == ("%d/%m/%Y", days[0]) and days[0] < when["most"] <= days[int(0.81 * len(days))]
    own, iso = (recommended(tmp_path, "user=u1", f"when={day}")[0] for day in ("05/03/2021", "2021-03-05"))
    assert own == iso != recommended(tmp_path, "user=u1", "when=2021-05-03")[0]


@pytest.mark.parametrize("name", ["ambig.csv", "mixed.csv"])
def test_dates_that_do_not_show_the_day_need_a_format_and_can_be_given_one(tmp_path, name):  # K11
    table = case(f"K11/{name}")
    text = init(tmp_path, table)
    assert "'when' would be the time by its name, but cannot tell the day from the month" in text
    assert 'format = "%d-%m-%Y" or format = "%m-%d-%Y" (--date-format)' in text and 'by = "random"' in text
    for form in ("%d-%m-%Y %H:%M", "%m-%d-%Y %H:%M"):
        _, columns = inspected(table, "--date-format", form)
        assert columns["when"]["type"] == "time" and columns["when"]["missing"] == 0
        read = []
        for row in rows_of(table):
            iso = row["when"].startswith("2021-")  # some rows of mixed.csv
            read.append(datetime.datetime.strptime(row["when"] + "+0000", ("%Y-%m-%d %H:%M:%S" if iso else form) + "%z").timestamp())
        assert (columns["when"]["min"], columns["when"]["max"]) == (min(read), max(read))
        assert columns["when"]["distinct"] == len(set(read)) > 1600
        text = init(tmp_path, table, "--date-format", form)
        assert f'date_format = "{form}"' in text and 'by = "time", column = "when"' in text
        train(tmp_path, out=form.replace("%", "").replace(" ", "_"))
