"""Histories in queries: names, forms of a list, unknown items, and explanations of what counted."""

import json

import pytest

from program import error, run
from serving import serving
from test_histories import CONFIG, watched  # noqa: F401  (a fixture)

# Numbers as ids, an item's title, and a column with another name than "history".
OTHER = (
    CONFIG.replace("watched.csv", "numbers.csv")
    .replace("history = { kind", "taken   = { kind")
    .replace('["history"]', '["taken"]')
    .replace('features = ["movie"]', 'features = ["movie"]\ndisplay = "title"\nattributes = ["title"]')
)


@pytest.fixture(scope="module")
def models(watched):  # noqa: F811
    rows = [line.split(",") for line in (watched / "watched.csv").read_text().splitlines()[1:]]
    lines = [f"{user},{int(movie[1:])},{day},Film {movie[1:]}" for user, movie, day in rows]
    (watched / "numbers.csv").write_text("user,movie,day,title\n" + "\n".join(lines) + "\n")
    (watched / "numbers.toml").write_text(OTHER)
    (watched / "popular.toml").write_text('[data]\ntable = "watched.csv"\nuser = "user"\n[model]\nkind = "popularity"\n[items]\nid = "movie"\n')
    run("train", "numbers.toml", "--out", "numbers", cwd=watched)
    run("train", "popular.toml", "--out", "popular", cwd=watched)
    return watched


@pytest.fixture(scope="module")
def server(models):
    with serving("bundle", "numbers", "popular", cwd=models) as server:
        yield server


def ask(server, query, model="bundle", **options):
    status, _, reply = server.post(f"/v1/models/{model}/recommend", {"query": query, "k": 3, **options})
    assert status == 200, reply
    return reply


def scores(reply):
    return {item["id"]: item["score"] for item in reply["items"]}


def test_an_explanation_names_the_items_that_count_most(server):
    history = ["m10", "m11", "m03", "m12"]
    reply = ask(server, {"history": history}, explain=True, seen="keep", k=40)
    best = reply["items"][0]
    [feature] = best["explanation"]["features"]
    named = feature["history"]
    assert {share["id"] for share in named} == set(history)
    assert named[0]["id"] == "m12"  # the latest
    assert [abs(share["score"]) for share in named] == sorted((abs(share["score"]) for share in named), reverse=True)
    for share in named:
        without = ask(server, {"history": [one for one in history if one != share["id"]]}, seen="keep", k=40)
        assert share["score"] == pytest.approx(best["score"] - scores(without)[best["id"]], abs=1e-4)


def test_five_items_are_named_at_most_and_each_once(server):
    reply = ask(server, {"history": ["m01", "m02", "m01", "m03"]}, explain=True)
    [feature] = reply["items"][0]["explanation"]["features"]
    assert sorted(share["id"] for share in feature["history"]) == ["m01", "m02", "m03"]
    reply = ask(server, {"history": [f"m{i:02}" for i in range(20)]}, explain=True)
    [feature] = reply["items"][0]["explanation"]["features"]
    assert len(feature["history"]) == 5


def test_items_have_their_display_texts(server):
    reply = ask(server, {"history": [10, 11, 12]}, model="numbers", explain=True)
    [feature] = reply["items"][0]["explanation"]["features"]
    assert feature["column"] == "taken"
    assert [(share["id"], share["display"]) for share in feature["history"]][0] == ("12", "Film 12")


def test_history_is_a_name_of_the_only_history(server, models):
    by_name = ask(server, {"taken": ["10", "11", "12"]}, model="numbers")
    for given in ([10, 11, 12], "10, 11, 12", [10.0, "11", 12]):
        assert scores(ask(server, {"history": given}, model="numbers")) == scores(by_name)
    status, _, problem = server.post("/v1/models/numbers/recommend", {"query": {"history": [1], "taken": [2]}})
    assert status == 422 and "is the same column as 'history'" in json.dumps(problem)
    one = run("recommend", "numbers", "--query", "history=10,11,12", "-k", 3, "--format", "json", cwd=models).stdout
    assert [item["id"] for item in json.loads(one)["items"]] == list(scores(by_name))
    (models / "asked.jsonl").write_text('{"history": [10, 11, 12]}\n')
    many = run("recommend", "numbers", "--queries", "asked.jsonl", "-k", 3, "--format", "json", cwd=models).stdout
    assert [json.loads(line)["item_id"] for line in many.splitlines()] == list(scores(by_name))
    assert "has no column 'history'" in error("recommend", "numbers", "--query", "history=1", "--query", "taken=2", cwd=models, code=2)


def test_a_model_without_histories_says_so(server, models):
    status, _, problem = server.post("/v1/models/popular/recommend", {"query": {"history": ["m01"]}})
    assert status == 422 and "unknown key 'history'" in json.dumps(problem)
    assert "the model has no column 'history'" in error("recommend", "popular", "--query", "history=m01", cwd=models, code=2)


def test_of_a_long_history_the_last_items_count(server):
    long = [f"m{i:02}" for i in range(30)]
    assert scores(ask(server, {"history": long}, seen="keep")) == scores(ask(server, {"history": long[-5:]}, seen="keep"))
    # All of them are left out of the list.
    reply = ask(server, {"history": long}, k=40)
    assert {item["id"] for item in reply["items"]} == {f"m{i:02}" for i in range(30, 40)}


def test_unknown_items_are_named(server, models):
    reply = ask(server, {"history": ["m98", "m10", "m99", "m98"]})
    assert reply["warnings"] == ["history: the model has not seen 3 of 4 items: 'm98', 'm99'"]
    assert scores(reply) == scores(ask(server, {"history": ["m10"]}))
    assert "warnings" not in ask(server, {"history": ["m10", "m10"]})
    noted = run("recommend", "bundle", "--query", "history=m10,m99", cwd=models).stderr
    assert "note: history: the model has not seen 1 of 2 items: 'm99'" in noted


def test_the_answer_has_the_known_history_of_its_user(server, models):
    rows = [line.split(",") for line in (models / "watched.csv").read_text().splitlines()[1:]]
    train = sorted((int(day), movie) for user, movie, day in rows if user == "u7" and int(day) < 16)
    reply = ask(server, {"user": "u7"}, explain=True)
    assert reply["known_history"] == {"history": [movie for _, movie in train][-5:]}
    [feature] = reply["items"][0]["explanation"]["features"]
    assert {share["id"] for share in feature["history"]} <= set(reply["known_history"]["history"])
    for query in ({"user": "nobody"}, {"user": "u7", "history": ["m01"]}, {"history": ["m01"]}, {"user": "u7", "history": []}):
        assert "known_history" not in ask(server, query)


def test_the_cost_of_an_explanation_grows_with_the_history(models):
    for length in (5, 500):
        run("train", "watched.toml", "--out", f"length{length}", "--set", f"features.history.length={length}",
            "--set", "query.layers=[{ dense = 16 }]", "--set", "training.epochs=1", cwd=models)
    request = {"query": {"history": ["m01"]}, "k": 5}
    with serving("length5", "length500", "--max-operations", 100000, cwd=models) as server:
        for length, explain, wanted in ((5, False, 200), (5, True, 200), (500, False, 200), (500, True, 422)):
            status, _, problem = server.post(f"/v1/models/length{length}/recommend", {**request, "explain": explain})
            assert status == wanted, (length, explain, problem)
        assert "multiply-adds" in json.dumps(problem)
