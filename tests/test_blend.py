"""kind = "blend": several kinds as one bundle."""

import json
import signal
import subprocess
import time

import pytest

from program import PROGRAM, error, hashes, run
from serving import serving

CONFIG = """
[data]
table = "ratings.csv"
user  = "user"
split = { by = "stratified", validation = 0.1, test = 0.1 }

[features]
user  = { kind = "category", dim = 8 }
title = { kind = "category", dim = 8 }

[model]
kind = "blend"
[[model.members]]
kind = "two_tower"
[[model.members]]
kind = "ease"
l2   = 50
[[model.members]]
kind = "item_knn"

[query]
features = ["user"]
[items]
id       = "title"
features = ["title"]
[training]
epochs = 3
batch  = 256
"""


@pytest.fixture(scope="module")
def blended(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blend")
    run("synth", "--rows", 4000, "--users", 60, "--items", 200, "--seed", 5, "--out", "ratings.csv", "--quiet", cwd=folder)
    (folder / "blend.toml").write_text(CONFIG)
    run("train", "blend.toml", "--out", "bundle", "--quiet", cwd=folder)
    return folder


def test_weights_are_learned(blended):
    members = json.loads((blended / "bundle" / "blend.json").read_text())["members"]
    assert [member["kind"] for member in members] == ["two_tower", "ease", "item_knn"]
    assert sum(member["weight"] for member in members) == pytest.approx(1)


def test_a_served_answer_is_explained_by_member(blended):
    user = (blended / "ratings.csv").read_text().splitlines()[1].split(",")[0]
    header = (blended / "ratings.csv").read_text().splitlines()[0].split(",")
    assert header[0] == "user"
    with serving("bundle", cwd=blended) as server:
        status, _, answer = server.ask("POST", "/v1/recommend", {"query": {"user": user}, "k": 3, "explain": True})
        assert status == 200 and len(answer["items"]) == 3
        for item in answer["items"]:
            why = item["explanation"]
            assert why["method"] == "blend"
            shares = {share["feature"]: share["score"] for share in why["features"]}
            assert {"two_tower", "ease", "item_knn"} <= set(shares)
            assert sum(shares.values()) == pytest.approx(item["score"], abs=1e-3)


def test_a_killed_training_continues_to_the_same_bytes(blended):
    command = [PROGRAM, "train", "blend.toml", "--out", "killed", "--quiet", "--set", "training.epochs=12"]
    with subprocess.Popen(command, cwd=blended, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not list((blended / "killed").glob("run/checkpoints/epoch-*")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    run("train", "blend.toml", "--out", "killed", "--quiet", "--set", "training.epochs=12", "--resume", cwd=blended)
    run("train", "blend.toml", "--out", "whole", "--quiet", "--set", "training.epochs=12", "--threads", 1, cwd=blended)
    assert hashes(blended / "killed") == hashes(blended / "whole")


def test_a_blend_without_towers_needs_no_features(blended):
    (blended / "plain.toml").write_text(
        '[data]\ntable = "ratings.csv"\nuser = "user"\n[model]\nkind = "blend"\nweights = [1, 2]\n'
        'members = [{ kind = "ease" }, { kind = "ials", epochs = 3 }]\n[items]\nid = "title"\n'
    )
    run("train", "plain.toml", "--out", "plain", "--quiet", cwd=blended)
    report = json.loads(run("evaluate", "plain", "--format", "json", cwd=blended).stdout)
    assert report["list"]["model"]["ndcg@10"]["value"] > 0
    [first, second] = json.loads((blended / "plain" / "blend.json").read_text())["members"]
    assert (first["weight"], second["weight"]) == (pytest.approx(1 / 3), pytest.approx(2 / 3))


def test_a_blend_of_one_is_refused(blended):
    (blended / "one.toml").write_text(CONFIG.replace('[[model.members]]\nkind = "ease"\nl2   = 50\n[[model.members]]\nkind = "item_knn"\n', ""))
    assert "model.members: has 1, need two or more kinds" in error("train", "one.toml", "--out", "one", cwd=blended, code=2)
