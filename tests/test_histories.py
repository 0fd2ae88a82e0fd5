"""Histories of users as a feature: the whole path from a table to answers."""

import json
import random

import pytest

from program import error, run
from serving import serving

CONFIG = """
[data]
table = "watched.csv"
user  = "user"
split = { by = "time", column = "day" }

[features]
movie   = { kind = "category", dim = 16 }
history = { kind = "history", length = 5, half_life = 1.0 }

[query]
features = ["history"]
layers   = [{ dense = 32, activation = "relu" }, { dense = 16 }]

[items]
id       = "movie"
features = ["movie"]

[retrieval]
loss  = "in_batch_softmax"
top_k = [1, 5]

[training]
epochs    = 8
batch     = 256
optimizer = { adam = 0.01 }
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """After movie n each user watches n + 1 or n + 2, so that only the history says what comes next."""
    folder = tmp_path_factory.mktemp("watched")
    draw = random.Random(5)
    lines = []
    for user in range(150):
        movie = draw.randrange(40)
        for day in range(20):
            lines.append((day, f"u{user},m{movie:02},{day}"))
            movie = (movie + draw.choice([1, 2])) % 40
    draw.shuffle(lines)
    (folder / "watched.csv").write_text("user,movie,day\n" + "\n".join(line for _, line in lines) + "\n")
    (folder / "watched.toml").write_text(CONFIG)
    run("train", "watched.toml", "--out", "bundle", cwd=folder)
    return folder


def report(folder, bundle="bundle"):
    return json.loads((folder / bundle / "report.json").read_text())


def check_evaluation_repeats_the_report(folder, bundle):
    again = json.loads(run("evaluate", bundle, "--format", "json", cwd=folder).stdout)
    assert [task["model"] for task in again["tasks"]] == [task["model"] for task in report(folder, bundle)["tasks"]]


def answer(folder, *query, bundle="bundle"):
    return json.loads(run("recommend", bundle, *query, "-k", 2, "--format", "json", cwd=folder).stdout)


def test_a_history_predicts_what_comes_next(watched):
    assert {item["id"] for item in answer(watched, "--query", "history=m10,m11,m12")["items"]} == {"m13", "m14"}
    # The order counts: m12 was first here, and what was watched is not recommended again.
    assert {item["id"] for item in answer(watched, "--query", 'history=["m12", "m31"]')["items"]} == {"m32", "m33"}


def test_a_known_user_has_a_known_history(watched):
    rows = [line.split(",") for line in (watched / "watched.csv").read_text().splitlines()[1:]]
    train = sorted((int(day), movie) for user, movie, day in rows if user == "u7" and int(day) < 16)
    history = ",".join(movie for _, movie in train)
    own = run("recommend", "bundle", "--query", "user=u7", "-k", 5, cwd=watched)
    given = run("recommend", "bundle", "--query", f"history={history}", "--keep-seen", "-k", 5, cwd=watched)
    kept = run("recommend", "bundle", "--query", "user=u7", "--keep-seen", "-k", 5, cwd=watched)
    assert kept.stdout == given.stdout
    assert own.stderr == ""
    stranger = run("recommend", "bundle", "--query", "user=nobody", cwd=watched)
    assert "the user is new, without earlier items" in stranger.stderr


def test_evaluation_of_the_bundle_repeats_the_reports_figures(watched):
    check_evaluation_repeats_the_report(watched, "bundle")


@pytest.mark.parametrize("layers", [
    '[{ dense = 16, activation = "relu" }]',
    "[{ gru = 16 }]",
    "[{ position = 5 }, { dropout = 0.1 }, { self_attention = 16, heads = 2, repeat = 2 }]",
    "[{ running_mean = true, half_life = 1.0 }, { layer_norm = true }]",
])
def test_layers_run_along_a_history(watched, layers):
    for threads in (1, 3):
        run("train", "watched.toml", "--out", f"layered{threads}", "--threads", threads, "--overwrite",
            "--set", f"features.history.layers={layers}", "--set", "features.history.half_life=0", cwd=watched)
    assert (watched / "layered1" / "weights.safetensors").read_bytes() == (
        watched / "layered3" / "weights.safetensors").read_bytes()
    check_evaluation_repeats_the_report(watched, "layered1")
    next_movies = answer(watched, "--query", "history=m30,m31,m32", bundle="layered1")["items"]
    assert {item["id"] for item in next_movies} == {"m33", "m34"}


def test_a_server_takes_lists_of_ids(watched):
    with serving("bundle", cwd=watched) as server:
        status, _, reply = server.post("/v1/recommend", {"query": {"history": ["m10", "m11", "m12"]}, "k": 2})
        assert status == 200 and {item["id"] for item in reply["items"]} == {"m13", "m14"}
        _, _, form = server.ask("GET", "/v1/features")
        fields = {field["column"]: field for field in form["query"]}
        assert fields["history"]["input"] == "several" and set(fields) == {"history", "user"}


def test_a_history_has_all_settings_of_the_table_that_it_shares(watched):
    run("train", "watched.toml", "--out", "settings", "--overwrite", "--epochs", 1, "--set", "features.movie.row_l2=1e-4",
        "--set", "features.movie.initializer_scale=0.5", cwd=watched)


def test_the_tables_of_histories_and_items_are_one(watched):
    weights = (watched / "bundle" / "weights.safetensors").read_bytes()
    assert b"candidate/movie/embeddings" in weights and b"query/history/embeddings" not in weights


@pytest.mark.parametrize("change, message", [
    (('user  = "user"\n', ""), "a history needs data.user"),
    (("[features]\nmovie   = { kind = \"category\", dim = 16 }", "[features]\nmovie   = { kind = \"hashed\", buckets = 50 }"),
     "needs of = \"NAME\""),
    (('half_life = 1.0', 'of = "genre"'), "'genre' is not a feature of the items"),
    (('features = ["movie"]', 'features = ["movie", "history"]'), "'history' is a history of the user"),
    (("half_life = 1.0", "layers = [{ position = 4 }]"), "position = 4: the history has up to 5 items"),
])
def test_configs_that_cannot_have_a_history_say_why(watched, change, message):
    (watched / "wrong.toml").write_text(CONFIG.replace(*change))
    assert message in error("train", "wrong.toml", cwd=watched, code=2)
