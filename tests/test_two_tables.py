"""Ratings, items and users in tables of their own, from init to serving."""

import csv
import io
import json
import os
import random
import shutil

import pytest

from program import hashes, run
from serving import serving

GENRES = ["Drama", "Crime", "Comedy", "War"]
COUNTRIES = ["Norway", "Peru", "Japan", "Chile"]  # each likes the genre of its place in the list

CONFIG = """
[data]
table = "ratings.csv"
split = { train = 0.8, validation = 0.1, test = 0.1 }
user  = "user"

[users]
table = "users.csv"

[features]
user    = { kind = "category", dim = 8 }
country = { kind = "category", dim = 8 }
movie   = { kind = "category", dim = 8 }
genres  = { kind = "categories", separator = "|", dim = 8 }
year    = { kind = "number" }

[query]
features = ["user", "country"]
layers   = [{ dense = 8 }]

[items]
table      = "movies.csv"
key        = "id"
id         = "movie"
display    = "title"
features   = ["movie", "genres", "year"]
layers     = [{ dense = 8 }]
attributes = [{ column = "genres", separator = "|" }, "year"]

[retrieval]
top_k = [1, 10]

[[ranking]]
label  = "rating"
layers = [{ dense = 16, activation = "relu" }]

[training]
epochs    = 6
batch     = 128
optimizer = { adam = 0.02 }
"""
JOINED = CONFIG.replace('[users]\ntable = "users.csv"\n\n', "").replace('table      = "movies.csv"\nkey        = "id"\n', "")


def country(user):
    return COUNTRIES[user % 4]


def genre(movie):
    return GENRES[movie % 4] + ("|Short" if movie % 3 == 0 else "")


def year(movie):
    return 1990 + movie % 20


def write(path, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def write_tables(folder):
    """60 movies of which 40 are rated, and 48 users of which 40 have rated. Movie 1000 has ratings and no row."""
    draws = random.Random(1)
    ratings = []
    for _ in range(3000):
        user = draws.randrange(40)
        # Users mostly take what their country likes.
        movie = draws.randrange(10) * 4 + (user % 4 if draws.random() < 0.8 else draws.randrange(4))
        ratings.append([f"u{user}", movie, 2 + 2 * (user % 4 == movie % 4) + draws.randrange(2)])
    write(folder / "ratings.csv", [["user", "movie", "rating"], *ratings])
    # The ids as pandas writes them where some were missing.
    movies = [[f"{m}.0", f"Film {m}", genre(m), year(m)] for m in range(60)]
    write(folder / "movies.csv", [["id", "title", "genres", "year"], *movies])
    users = [[f"u{u}", country(u)] for u in range(48)]
    write(folder / "users.csv", [["user", "country"], *users])
    joined = [[u, country(int(u[1:])), m, f"Film {m}", genre(m), year(m), r] for u, m, r in ratings]
    write(folder / "joined.csv", [["user", "country", "movie", "title", "genres", "year", "rating"], *joined])
    (folder / "config.toml").write_text(CONFIG)
    (folder / "joined.toml").write_text(JOINED.replace("ratings.csv", "joined.csv"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two_tables")
    write_tables(folder)
    done = run("train", "config.toml", "--out", "bundle", cwd=folder)
    (folder / "words.txt").write_text(done.stderr)
    return folder


@pytest.fixture
def tables(trained, tmp_path):
    shutil.copytree(trained, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def alone(trained, tmp_path):
    """The bundle without any table."""
    shutil.copytree(trained / "bundle", tmp_path / "bundle")
    return tmp_path


def answers(folder, *arguments):
    return json.loads(run(*arguments, "--format", "json", cwd=folder).stdout)


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_weights_are_those_of_the_joined_table(trained, tmp_path):
    run("train", trained / "joined.toml", "--data", trained / "joined.csv", "--out", tmp_path / "joined", "--quiet")
    same = "weights.safetensors"
    assert hashes(tmp_path / "joined")[same] == hashes(trained / "bundle")[same]


def test_the_catalogue_has_the_items_that_nobody_rated(alone):
    items = json.loads((alone / "bundle/items.json").read_text())
    assert len(items["ids"]) == 60
    similar = answers(alone, "similar", "bundle", "Film 55", "-k", "5")
    assert len(similar["items"]) == 5


def test_an_item_that_nobody_rated_is_recommended_by_its_genre(alone):
    """Movies 40 to 59 are new: a country's users get those of the genre that they like before the others."""
    for user in range(4):
        query = ["--query", f"user=u{user}", "--query", f"country={country(user)}"]
        found = answers(alone, "recommend", "bundle", *query, "-k", "60", "--keep-seen")["items"]
        new = [int(item["id"]) for item in found if int(item["id"]) >= 40]
        assert len(new) == 20
        right = [place for place, movie in enumerate(new) if movie % 4 == user]
        wrong = [place for place, movie in enumerate(new) if movie % 4 != user]
        assert sum(right) / len(right) < sum(wrong) / len(wrong) - 5, f"u{user}: {new}"


def test_filters_reach_items_that_nobody_rated(alone):
    found = answers(alone, "recommend", "bundle", "--query", "user=u1", "--where", "genres=Short", "--where", "year>=2005",
                    "-k", "60", "--keep-seen")["items"]
    expected = {m for m in range(60) if m % 3 == 0 and year(m) >= 2005}
    assert {int(item["id"]) for item in found} == expected
    assert any(m >= 40 for m in expected)


def test_users_alone_are_enough_to_ask(alone):
    """What the table of users said is filled in, also of users who have rated nothing."""
    write(alone / "q.csv", [["user"], ["u3"], ["u46"], ["nobody"]])
    write(alone / "full.csv", [["user", "country"], ["u3", country(3)], ["u46", country(46)], ["nobody", ""]])
    done = run("recommend", "bundle", "--queries", "q.csv", cwd=alone)
    short = [(r["item_id"], r["score"]) for r in table(done.stdout)]
    full = [(r["item_id"], r["score"]) for r in table(run("recommend", "bundle", "--queries", "full.csv", cwd=alone).stdout)]
    assert short == full
    assert "country: 2 of 3 queries use their user's value" in done.stderr


def test_predict_knows_the_items_of_the_catalogue(alone):
    pairs = [["user", "movie"], ["u1", "5"], ["u2", "57.0"], ["u3", "7777"]]
    write(alone / "pairs.csv", pairs)
    done = run("predict", "bundle", "--data", "pairs.csv", cwd=alone)
    rows = table(done.stdout)
    assert "1 row has a movie that is not in the catalogue" in done.stderr
    for row, (user, movie) in zip(rows[:2], pairs[1:3]):
        one = answers(alone, "predict", "bundle", "--query", f"user={user}", "--item", f"movie={movie}")
        assert float(row["predicted_rating"]) == pytest.approx(one["predictions"]["rating"], abs=1e-6)


def test_evaluate_reads_the_tables_of_the_run(trained):
    report = answers(trained, "evaluate", "bundle")
    assert report["split"] == "test"


def test_evaluate_takes_new_ratings_and_other_tables(tables):
    write(tables / "april.csv", [["user", "movie", "rating"], ["u1", 5, 4], ["u2", 70, 3], ["u60", 55, 2]])
    (tables / "movies.csv").rename(tables / "films.csv")
    with open(tables / "films.csv", "a") as file:
        file.write("70,Film 70,Drama,2000\n")
    done = run("evaluate", "bundle", "--data", "april.csv", "--items", "films.csv", "--format", "json", cwd=tables)
    report = json.loads(done.stdout)
    assert report["rows"] == 3
    assert any("users.csv has no row for 1 of 3 users" in warning for warning in report["warnings"])
    assert not any("films.csv has no row" in warning for warning in report["warnings"])
    assert "movies.csv" in run("evaluate", "bundle", "--data", "april.csv", cwd=tables, code=3).stderr


def test_a_side_table_that_the_config_does_not_have_cannot_be_replaced(tables):
    done = run("train", "joined.toml", "--items", "movies.csv", cwd=tables, code=2)
    assert "--items: joined.toml has no table in [items] that this could replace" in done.stderr


def test_resume_needs_the_same_tables(tables):
    shutil.rmtree(tables / "bundle")
    run("train", "config.toml", "--out", "bundle", "--epochs", "2", "--quiet", cwd=tables)
    expected = hashes(tables / "bundle")
    run("train", "config.toml", "--out", "bundle", "--epochs", "2", "--resume", "--quiet", cwd=tables)
    assert hashes(tables / "bundle") == expected
    with open(tables / "movies.csv", "a") as file:
        file.write("99,Film 99,Drama,2000\n")
    done = run("train", "config.toml", "--out", "bundle", "--epochs", "3", "--resume", cwd=tables, code=3)
    assert "the table of items has different rows or values" in done.stderr


def test_ratings_of_items_without_a_row_are_counted(tables):
    with open(tables / "ratings.csv", "a") as file:
        file.write("u1,1000,3\nu2,1000,4\n")
    done = run("train", "config.toml", "--out", "more", "--epochs", "1", cwd=tables)
    assert "movies.csv has no row for 1 of 41 items (2 of 3002 rows): its columns are missing there" in done.stderr
    assert len(json.loads((tables / "more/items.json").read_text())["ids"]) == 61


def test_a_key_that_repeats_names_the_rows(tables):
    with open(tables / "movies.csv", "a") as file:
        file.write("7,Film 7 again,Drama,2000\n")
    done = run("train", "config.toml", "--out", "more", cwd=tables, code=3)
    assert "movies.csv: rows 8 and 61 have the same id, '7', but a key must be unique" in done.stderr


def test_a_bundle_of_two_tables_is_served_without_them(alone):
    everything = {"k": 60, "seen": "keep"}
    with serving("bundle", cwd=alone) as server:
        fields = server.ask("GET", "/v1/features")[2]["query"]
        assert [field["column"] for field in fields] == ["user", "country"]
        short = server.post("/v1/recommend", {"query": {"user": "u46"}, **everything})[2]
        full = server.post("/v1/recommend", {"query": {"user": "u46", "country": country(46)}, **everything})[2]
        assert short["items"] == full["items"] and len(short["items"]) == 60
        assert server.ask("GET", "/v1/items/55")[2]["id"] == "55"
        predicted = server.post("/v1/predict", {"query": {"user": "u1"}, "id": "55"})[2]
        assert "rating" in predicted["predictions"]


def test_init_writes_two_tables_that_train(tables):
    done = run("init", "ratings.csv", "--items", "movies.csv", "--users", "users.csv", "--out", "new.toml", cwd=tables)
    text = (tables / "new.toml").read_text()
    assert '[items]\ntable      = "movies.csv"' in text and 'key        = "id"' in text
    assert '[users]\ntable = "users.csv"' in text
    assert "one row per item, with all values of 'movie'" in text
    assert 'display    = "title"' in text
    assert 'features = ["user", "country"]' in text
    assert "shortlist train new.toml" in done.stderr
    run("train", "new.toml", "--out", "new", "--epochs", "1", "--quiet", cwd=tables)
    assert len(json.loads((tables / "new/items.json").read_text())["ids"]) == 60


def test_init_says_which_table_has_no_key(tables):
    write(tables / "other.csv", [["film", "genres"], *[[f"x{m}", "Drama"] for m in range(30)]])
    done = run("init", "ratings.csv", "--items", "other.csv", cwd=tables, code=3)
    assert "other.csv: no column contains the values of 'movie' in ratings.csv, each in one row (columns: film, genres)" in done.stderr


def test_init_leaves_out_a_column_that_the_ratings_have_too(tables):
    write(tables / "films.csv", [["id", "title", "rating"], *[[m, f"Film {m}", m % 5] for m in range(60)]])
    text = run("init", "ratings.csv", "--items", "films.csv", cwd=tables).stdout
    assert "# left out: rating (another table has a column with this name; rename it with sql)" in text


def test_the_example_reads_tables_like_movielens(tmp_path):
    draws = random.Random(2)
    ratings = [[draws.randrange(1, 9), draws.randrange(1, 13), draws.randrange(1, 6), t] for t in range(400)]
    write(tmp_path / "ratings.csv", [["userId", "movieId", "rating", "timestamp"], *ratings])
    movies = [[m, f"Film {m} (19{80 + m})", "Drama|War" if m % 2 else "Comedy"] for m in range(1, 16)]
    write(tmp_path / "movies.csv", [["movieId", "title", "genres"], *movies])
    example = os.path.join(os.path.dirname(__file__), "..", "examples/two_tables/two_tables.toml")
    run("train", os.path.abspath(example), "--data", "ratings.csv", "--items", "movies.csv", "--out", "films", "--epochs", "1",
        "--quiet", cwd=tmp_path)
    assert len(json.loads((tmp_path / "films/items.json").read_text())["ids"]) == 15
