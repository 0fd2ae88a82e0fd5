"""Training, evaluation, resuming and asking, on tables that people had.

A comment gives the folder of the input; see real_inputs.py."""

import collections
import json

import pytest

from program import error, hashes, run
from real_inputs import answers, case, counts, ids, init, recommended, rows_of, train
from serving import serving
from tables import config


def report_of(folder, *arguments):
    return json.loads(run("evaluate", "bundle", "--format", "json", *arguments, cwd=folder).stdout)


def figures(report, task, baseline=None):
    [found] = [entry for entry in report["tasks"] if entry["task"] == task]
    if baseline:
        [found] = [entry for entry in found["baselines"] if entry["name"] == baseline]
    return {name: entry["value"] for name, entry in found["figures" if baseline else "model"].items()}


# ---- training ----


@pytest.mark.parametrize("name", ["nolabel", "score1", "score"])
def test_the_scale_of_a_label_does_not_drown_retrieval(tmp_path, name):  # K42
    """The same taste without a label, with labels 0 to 1, and with labels 0 to 100."""
    init(tmp_path, case(f"K42/{name}.csv"))
    train(tmp_path, epochs=30)
    report = report_of(tmp_path)
    retrieval = figures(report, "retrieval")["top_10"]
    assert retrieval > 0.55 > 3 * figures(report, "retrieval", "popularity")["top_10"]
    if name != "nolabel":
        assert figures(report, "score")["rmse"] < 0.3 * figures(report, "score", "global mean")["rmse"]


@pytest.mark.parametrize("other, reason", [("b", "the table had 1600 rows, now it has 1760"),
                                           ("c", "column 'item' has different values")])
def test_a_run_is_not_resumed_with_another_table(tmp_path, other, reason):  # K70
    init(tmp_path, case("K70/a.csv"))
    train(tmp_path)
    before = hashes(tmp_path / "bundle")
    resume = ["train", "c.toml", "--out", "bundle", "--resume", "--set", "training.epochs=3", "--quiet", "--threads", 1]
    message = error(*resume, "--data", case(f"K70/{other}.csv"), cwd=tmp_path, code=3)
    assert f"belongs to a run on other data: {reason}" in message and "resume with the original table" in message
    assert hashes(tmp_path / "bundle") == before
    run(*resume, "--data", case("K70/a.csv"), cwd=tmp_path)


def test_a_model_of_march_is_measured_on_april_with_marchs_baselines(tmp_path):  # K71b
    march, april = case("K71b/march.csv"), case("K71b/april.csv")
    text = config(table=march, data='user = "user"').replace("split = { train", 'split = { by = "order", train').replace(
        "[1, 3]", "[1, 5, 10]")
    (tmp_path / "c.toml").write_text(text)
    train(tmp_path)
    trained_on = rows_of(march)[:3200]
    report = report_of(tmp_path, "--data", april)
    assert (report["rows"], report["split"]) == (1000, "all") and report["other_table"]
    popular = [item for item, _ in collections.Counter(row["item"] for row in trained_on).most_common()]
    taken = counts(april, "item")
    for k in (1, 5, 10):
        share = sum(taken[item] for item in popular[:k]) / 1000
        assert figures(report, "retrieval", "popularity")[f"top_{k}"] == pytest.approx(share)
    ratings = [float(row["rating"]) for row in trained_on]
    # All of April's ratings are 5.
    assert figures(report, "rating", "global mean")["rmse"] == pytest.approx(5 - sum(ratings) / len(ratings), abs=1e-6)
    assert {entry["column"]: (entry["unknown"], entry["unknown_rows"]) for entry in report["known"]} == {"user": (0, 0), "item": (0, 0)}
    (tmp_path / "may.csv").write_text(april.read_text() + "new1,i0,5\nnew2,i1,5\nu1,x9,5\nu1,x9,5\nu2,x8,5\n")
    report = report_of(tmp_path, "--data", "may.csv")
    assert report["rows"] == 1005
    assert {entry["column"]: (entry["unknown"], entry["unknown_rows"]) for entry in report["known"]} == {"user": (2, 2), "item": (2, 3)}


# ---- ratings and items in two files ----

FILMS = {str(n) for n in range(100, 112)}


def check_films(folder):
    items, _ = recommended(folder, "userId=3")
    assert {item["id"] for item in items} == FILMS
    shown = {item["id"]: item["attributes"] for item in items}
    assert shown["108"] == {"title": "Film 8, The", "genres": "Drama", "year": 1998}  # which nobody rated
    assert shown["103"] == {"title": None, "genres": None, "year": None}
    found = run("recommend", "bundle", "--query", "userId=3", "--where", "year>=1998", "-k", 12, "--format", "csv", cwd=folder)
    assert {line.split(",")[1] for line in found.stdout.splitlines()[1:]} == {"108", "109", "110", "111"}


def test_ratings_and_items_in_two_files_are_joined_and_all_items_are_in_the_catalogue(tmp_path):  # K21
    text = init(tmp_path, case("K21/data/ratings.csv"), "--items", case("K21/data/movies.csv"))
    assert 'key        = "movieId"' in text and 'display    = "title"' in text
    assert "without a label" not in train(tmp_path)
    check_films(tmp_path)
    # Whoever rated nothing but films without a title is told nothing odd, and films are found by their titles.
    assert json.loads(run("similar", "bundle", "Film 8, The", "--format", "json", cwd=tmp_path).stdout)["item"] == "108"


@pytest.mark.parametrize("source", ["cold.csv", "cold.sql"])
def test_items_that_nobody_rated_need_no_label(tmp_path, source):  # K21
    table = case(f"K21/{source}")
    if source.endswith(".sql"):
        table = table.read_text().strip().replace("{data}", str(case("K21/data")))
    text = init(tmp_path, table)
    assert 'label  = "rating"' in text and "4 of 1604 rows have no value" in text
    assert "4 of 1604 rows have no 'rating': they are used only for retrieval" in train(tmp_path)
    check_films(tmp_path)


def test_a_query_that_joins_two_files_is_a_table(tmp_path):  # K21
    run("convert", case("K21/data"), "--sql", case("K21/join.sql"), "--out", "joined.csv", "--quiet", cwd=tmp_path)
    films = {row["movieId"]: row for row in rows_of(case("K21/data/movies.csv"))}
    expected = [{**row, **films[row["movieId"]]} for row in rows_of(case("K21/data/ratings.csv"))]
    key = lambda row: sorted(row.items())
    assert sorted(rows_of(tmp_path / "joined.csv"), key=key) == sorted(expected, key=key)
    init(tmp_path, case("K21/join.sql").read_text().strip().replace("{data}", str(case("K21/data"))))
    train(tmp_path)
    assert ids(tmp_path, "userId=3") == {str(n) for n in range(100, 108)}


# ---- queries ----


def test_unknown_items_and_an_order_of_texts_get_a_note(tmp_path):  # K22
    init(tmp_path, case("K22/in.csv"))
    train(tmp_path)
    items, said = recommended(tmp_path, "user=u3", more=["--exclude", "i1", "--exclude", "nope", "--where", "kind>3"])
    assert {item["id"] for item in items} == set(counts(case("K22/in.csv"), "item")) - {"i1"}
    assert said.splitlines() == ["note: --exclude: there is no item 'nope'",
                                 "note: kind>3: 'kind' contains texts, which '>' compares letter by letter, not as numbers"]
    with serving("bundle", cwd=tmp_path) as server:
        body = {"query": {"user": "u3"}, "allow": ["i1", "i2", "nope"], "exclude": ["none"], "filter": ["kind>3"]}
        status, _, answer = server.post("/v1/recommend", body)
        assert status == 200 and {item["id"] for item in answer["items"]} == {"i1", "i2"}
        assert set(answer["warnings"]) == {"allow: the catalogue has no item 'nope'", "exclude: the catalogue has no item 'none'",
                                           "kind>3: 'kind' contains texts, which '>' compares letter by letter, not as numbers"}


@pytest.fixture
def people(tmp_path):
    """A bundle whose query has a user, an age, a city and tags."""
    features = 'age = { kind = "number" }\ncity = { kind = "category", dim = 2 }\ntags = { kind = "categories", dim = 2 }'
    (tmp_path / "c.toml").write_text(config(table=case("K27/in.csv"), features=features, query=["user", "age", "city", "tags"],
                                            data='user = "user"'))
    train(tmp_path)
    return tmp_path


def test_a_query_that_leaves_columns_out_is_told_which(people):  # K27
    mine = {row["user"]: row for row in rows_of(case("K27/in.csv"))}
    _, said = recommended(people, "user=u1")
    assert "note: age is not given: using '21'" in said
    assert f"note: city is not given: using '{mine['u1']['city']}', the user's value in the training data" in said
    _, said = recommended(people, "user=nobody", "age=21")
    assert "note: city is not given, so the model treats it as missing" in said and "age" not in said
    rows, said = answers(people, case("K27/q.csv"))
    assert "note: the table has no column 'city'" in said and "note: the table has no column 'tags'" in said
    assert "note: city: 2 of 2 queries use their user's value in the training data" in said
    assert [row["item_id"] for row in rows[:24]] == [
        item["id"] for item in recommended(people, "user=u1", "age=21", f"city={mine['u1']['city']}", f"tags={mine['u1']['tags']}")[0]]


def test_a_word_for_a_missing_number_in_a_table_of_queries_is_named_and_can_be_declared(people):  # K27
    message = error("recommend", "bundle", "--queries", case("K27/q2.csv"), "--out", "a.csv", cwd=people, code=3)
    assert "q2.csv: row 1, column 'age': 'n/a' is not a number; if this means a missing value" in message and "--missing" in message
    rows, said = answers(people, case("K27/q2.csv"), "--missing", "n/a")
    assert {(row["user"], row["age"]) for row in rows} == {("u1", "n/a"), ("u2", "")}
    told, _ = recommended(people, "user=u1")
    assert [row["item_id"] for row in rows if row["user"] == "u1"] == [item["id"] for item in told]


def test_answers_for_a_file_of_users_have_the_user_in_each_row(people):  # K64
    rows, said = answers(people, case("K64/users.csv"), k=2)
    asked = rows_of(case("K64/users.csv"))
    assert [(row["query"], row["user"], row["age"], row["rank"]) for row in rows] == [
        (str(n), one["user"], one["age"], str(rank)) for n, one in enumerate(asked, 1) for rank in (1, 2)]
    assert "note: user: 1 value is new to the model" in said  # nobody
    done = run("recommend", "bundle", "--queries", case("K64/users.csv"), "-k", 1, "--format", "json", "--quiet", cwd=people)
    assert [json.loads(line)["user"] for line in done.stdout.splitlines()] == [one["user"] for one in asked]
