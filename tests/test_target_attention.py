"""Attention of a ranking's candidate to the history of the query (DIN)."""

import json
import random

import pytest

from evaluated import figures
from program import error, run
from serving import serving

CONFIG = """
[data]
table = "watched.csv"
user  = "user"
time  = "day"
split = { by = "random", train = 0.8, validation = 0.1, test = 0.1 }

[features]
movie   = { kind = "category", dim = 8 }
history = { kind = "history", length = 6 }

[query]
features = ["history"]
layers   = [{ dense = 8 }]

[items]
id       = "movie"
features = ["movie"]
layers   = [{ dense = 8 }]

[retrieval]
top_k = [1, 5]

[[ranking]]
label  = "liked"
loss   = "binary_crossentropy"
target_attention = { history = "history", hidden = [16] }
layers = [{ dense = 16, activation = "relu" }]

[training]
epochs    = 6
batch     = 128
optimizer = { adam = 0.01 }
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A user likes a movie if the history has one of its kind, of which there are ten."""
    folder = tmp_path_factory.mktemp("attention")
    draw = random.Random(4)
    lines = ["user,movie,day,liked"]
    for user in range(200):
        seen = []
        for day in range(12):
            movie = draw.randrange(60) if not seen or draw.random() < 0.5 else draw.choice(seen) % 10 + 10 * draw.randrange(6)
            liked = int(any(movie % 10 == other % 10 for other in seen[-6:]))
            lines.append(f"u{user},m{movie:02},{day},{liked}")
            seen.append(movie)
    (folder / "watched.csv").write_text("\n".join(lines) + "\n")
    (folder / "watched.toml").write_text(CONFIG)
    run("train", "watched.toml", "--out", "bundle", "--quiet", cwd=folder)
    return folder


def liked(folder, bundle="bundle"):
    return figures(json.loads((folder / bundle / "report.json").read_text()), "liked")


def test_the_candidate_finds_its_like_in_the_history(watched):
    run("train", "watched.toml", "--out", "plain", "--quiet", "--set", "ranking.0.target_attention={history=\"history\",hidden=[]}",
        cwd=watched)
    assert liked(watched)["auc"] > 0.75
    assert liked(watched, "plain")["auc"] > 0.75
    assert "slots" in run("describe", "watched.toml", cwd=watched).stdout


def test_evaluation_and_answers_know_the_history(watched):
    evaluated = json.loads(run("evaluate", "bundle", "--format", "json", cwd=watched).stdout)
    assert figures(evaluated, "liked") == liked(watched)
    ask = lambda history: json.loads(run(
        "predict", "bundle", f"--query=history={json.dumps(history)}", "--item", "movie=m23", "--format", "json",
        cwd=watched).stdout)["predictions"]["liked"]
    assert ask(["m13", "m21"]) > ask(["m14", "m21"])
    with serving("bundle", cwd=watched) as server:
        body = {"query": {"history": ["m13", "m21"]}, "k": 3, "explain": True}
        status, _, answer = server.post("/v1/recommend", body)
        assert status == 200 and len(answer["items"]) == 3
        [feature] = answer["items"][0]["explanation"]["features"]
        assert {share["id"] for share in feature["history"]} == {"m13", "m21"}


def test_the_bytes_do_not_depend_on_the_threads(watched):
    for threads in (1, 2):
        run("train", "watched.toml", "--out", f"threads-{threads}", "--quiet", "--threads", threads, "--set",
            "training.epochs=2", cwd=watched)
    weights = [(watched / f"threads-{threads}/weights.safetensors").read_bytes() for threads in (1, 2)]
    assert weights[0] == weights[1]


def test_a_ranking_names_a_history_of_the_query(watched):
    message = error("train", "watched.toml", "--out", "x", "--set", "ranking.0.target_attention={history=\"movie\"}",
                    cwd=watched, code=2)
    assert "got 'movie', need a history of the query: history" in message


def test_it_is_not_exported_to_onnx(watched):
    message = error("export", "bundle", "--to", "onnx", "--out", "onnx", cwd=watched, code=2)
    assert "target_attention of a ranking cannot be exported to ONNX" in message
