"""Kinds of model other than two towers: the same commands, and clear words where a kind lacks something."""

import json
import random
import shutil

import pytest

from program import error, run
from serving import serving
from test_damage import sign

CONFIG = """
[data]
table = "ratings.csv"
user  = "user"

[model]
kind = "popularity"

[items]
id         = "movie"
attributes = ["genre"]
"""


@pytest.fixture(scope="module")
def popular(tmp_path_factory):
    folder = tmp_path_factory.mktemp("popular")
    draw = random.Random(3)
    rows = [(f"u{draw.randrange(20)}", f"m{min(draw.randrange(30), draw.randrange(30)):02}") for _ in range(600)]
    lines = [f"{user},{movie},{['Drama', 'War'][int(movie[1:]) % 2]}" for user, movie in rows]
    (folder / "ratings.csv").write_text("user,movie,genre\n" + "\n".join(lines) + "\n")
    (folder / "popular.toml").write_text(CONFIG)
    done = run("train", "popular.toml", "--out", "bundle", cwd=folder)
    (folder / "train.stdout").write_text(done.stdout)
    (folder / "train.stderr").write_text(done.stderr)
    return folder


def test_training_without_epochs_promises_no_learning_curves(popular):
    assert "popularity" in (popular / "train.stdout").read_text()  # the baseline
    told = (popular / "train.stderr").read_text()
    assert "all figures are in bundle/report.txt and bundle/run/report.html" in told and "learning curves" not in told
    assert "monitor" not in told  # there are no epochs to compare
    assert "Learning curves" not in (popular / "bundle" / "report.html").read_text()


def test_popularity_trains_without_features_and_answers(popular):
    done = run("recommend", "bundle", "--query", "user=stranger", "-k", 5, "--format", "json", cwd=popular)
    answer = json.loads(done.stdout)
    scores = [item["score"] for item in answer["items"]]
    assert len(scores) == 5 and scores == sorted(scores, reverse=True) and answer["exact"]
    rows = (popular / "ratings.csv").read_text().splitlines()[1:]
    counts = {}
    for row in rows:
        counts[row.split(",")[1]] = counts.get(row.split(",")[1], 0) + 1
    # The split leaves out a fifth of the rows, so the very first may differ by little.
    assert counts[answer["items"][0]["id"]] >= 0.8 * max(counts.values())
    war = json.loads(run("recommend", "bundle", "--query", "user=u1", "--where", "genre=War", "--format", "json", cwd=popular).stdout)
    assert all(item["attributes"]["genre"] == "War" for item in war["items"])


def test_popularity_is_measured_as_the_baseline_of_its_name(popular):
    report = json.loads(run("evaluate", "bundle", "--format", "json", cwd=popular).stdout)
    [task] = report["tasks"]
    [baseline] = [b for b in task["baselines"] if b["name"] == "popularity"]
    for name, figure in baseline["figures"].items():
        assert task["model"][name]["value"] == figure["value"], name


def test_popularity_has_the_same_bytes_with_any_number_of_threads(popular):
    one, three = popular / "one", popular / "three"
    for out, threads in [(one, 1), (three, 3)]:
        run("train", "popular.toml", "--out", out, "--threads", threads, "--quiet", cwd=popular)
    assert (one / "manifest.json").read_bytes() == (three / "manifest.json").read_bytes()


def test_a_bundle_without_its_querys_feature_names_the_file(popular, tmp_path):
    shutil.copytree(popular / "bundle", tmp_path / "bundle", ignore=shutil.ignore_patterns("run"))
    features = json.loads((tmp_path / "bundle/features.json").read_text())
    (tmp_path / "bundle/features.json").write_text(json.dumps({**features, "features": []}))
    sign(tmp_path / "bundle", "features.json")
    message = error("recommend", "bundle", "--query", "user=u000001", cwd=tmp_path, code=3)
    assert message == "bundle/features.json: no feature 'user'"


def test_popularity_is_served(popular):
    with serving("bundle", cwd=popular) as server:
        _, _, features = server.ask("GET", "/v1/features")
        assert features["kind"] == "popularity" and features["map"] is False
        assert [field["column"] for field in features["query"]] == ["user"]
        # Neither vectors nor ratings: attributes alone tell how alike items are.
        assert features["similar_by"] == ["jaccard"]
        status, _, answer = server.post("/v1/recommend", {"query": {"user": "u1"}, "k": 3, "explain": True})
        assert status == 200
        assert {item["explanation"]["method"] for item in answer["items"]} == {"popular"}
        assert all(item["explanation"]["constant"] == item["score"] for item in answer["items"])
        status, _, card = server.ask("GET", "/v1/model")
        assert status == 200 and card["kind"] == "popularity" and card["sizes"]["parameters"] == 0
        status, _, problem = server.ask("GET", "/v1/map")
        assert status == 404 and "no item vectors" in json.dumps(problem)
        status, _, problem = server.post("/v1/similar", {"id": answer["items"][0]["id"], "by": "learned"})
        assert status == 422 and "has none" in json.dumps(problem)
        status, _, page = server.ask("GET", "/")
        assert status == 200


@pytest.mark.parametrize(
    "command, words",
    [
        (["export", "bundle", "--to", "onnx", "--out", "x"], "export --to onnx needs a model with towers"),
        (["export", "bundle", "--to", "safetensors", "--out", "x"], "export --to safetensors needs a model with towers"),
        (["export", "bundle", "--to", "npy", "--out", "x"], "export --to npy needs item vectors"),
        (["embed", "bundle", "--items", "--out", "x.npy"], "embed --items needs item vectors"),
        (["embed", "bundle", "--queries", "ratings.csv", "--out", "x.npy"], "embed --queries needs a model with towers"),
        (["similar", "bundle", "m00", "--by", "learned"], "similar by learned needs item vectors"),
        (["describe", "popular.toml"], "describe shows layers, but a model of kind"),
        (["train", "popular.toml", "--out", "x", "--set", 'model.kind="poplarity"'], "did you mean 'popularity'?"),
    ],
)
def test_what_popularity_lacks_is_said(popular, command, words):
    assert words in error(*command, cwd=popular, code=2)
