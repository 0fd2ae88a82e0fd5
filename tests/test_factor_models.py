"""Kinds with vectors of factors: training in epochs, histories in queries, search, export, serving."""

import json
import random
import subprocess
import time

import pytest

from program import PROGRAM, error, run
from serving import serving

CONFIG = """
[data]
table = "ratings.csv"
user  = "user"
split = {{ train = 0.8, validation = 0.1, test = 0.1 }}

[model]
kind    = "{kind}"
factors = 8
epochs  = 5
{more}

[items]
id         = "movie"
attributes = ["genre"]

[retrieval]
index = "int8"
"""
KINDS = {"ials": "", "bpr_mf": "", "biased_mf": 'label = "rating"'}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Users with even numbers like dramas, the others like war films."""
    folder = tmp_path_factory.mktemp("factors")
    draw = random.Random(3)
    rows = []
    for _ in range(1500):
        user, movie = draw.randrange(40), draw.randrange(30)
        likes = user % 2 == movie % 2
        if draw.random() < (0.9 if likes else 0.2):
            genre = ["Drama", "War"][movie % 2]
            rows.append(f"u{user},m{movie:02},{genre},{draw.choice([4, 5] if likes else [1, 2])}")
    (folder / "ratings.csv").write_text("user,movie,genre,rating\n" + "\n".join(rows) + "\n")
    for kind, more in KINDS.items():
        (folder / f"{kind}.toml").write_text(CONFIG.format(kind=kind, more=more))
        done = run("train", f"{kind}.toml", "--out", kind, cwd=folder)
        (folder / f"{kind}.stdout").write_text(done.stdout)
    return folder


def ask(folder, kind, *arguments):
    return json.loads(run("recommend", kind, *arguments, "--format", "json", cwd=folder).stdout)


@pytest.mark.parametrize("kind", ["ials", "bpr_mf"])
def test_a_stranger_with_a_history_gets_items_of_that_taste(folder, kind):
    answer = ask(folder, kind, "--query", "history=m00,m02,m04", "-k", 6)
    genres = [item["attributes"]["genre"] for item in answer["items"]]
    assert genres.count("Drama") >= 5
    assert not {"m00", "m02", "m04"} & {item["id"] for item in answer["items"]}


def test_ratings_are_predicted_on_their_own_scale(folder):
    answer = ask(folder, "biased_mf", "--query", "user=u3", "-k", 30)
    assert all(0 < item["score"] < 6.5 for item in answer["items"])
    report = json.loads(run("evaluate", "biased_mf", "--format", "json", cwd=folder).stdout)
    assert [task["task"] for task in report["tasks"]] == ["retrieval", "rating"]
    rating = report["tasks"][1]
    assert rating["model"]["rmse"]["value"] < 1.6
    assert {baseline["name"] for baseline in rating["baselines"]} >= {"global mean", "item mean"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_figure_of_each_epoch_is_in_the_history(folder, kind):
    history = json.loads((folder / kind / "history.json").read_text())
    figures = [epoch["train"] for epoch in history["epochs"]]
    assert len(figures) == 5 and len(figures[0]) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_vectors_are_exported_and_compared(folder, kind):
    np = pytest.importorskip("numpy")
    run("export", kind, "--to", "npy", "--out", f"{kind}-npy", cwd=folder)
    assert np.load(folder / f"{kind}-npy" / "items.npy").shape == (30, 8)
    similar = json.loads(run("similar", kind, "m00", "-k", 5, "--format", "json", cwd=folder).stdout)
    assert len(similar["items"]) == 5


def test_a_new_user_and_a_history_are_served_with_explanations(folder):
    with serving(*KINDS, cwd=folder) as server:
        for kind in KINDS:
            _, _, features = server.ask("GET", f"/v1/models/{kind}/features")
            assert features["kind"] == kind and features["map"] is True

            def ask(query):
                status, _, reply = server.post(f"/v1/models/{kind}/recommend", {"query": query, "k": 3, "explain": True})
                assert status == 200, reply
                return reply["items"]

            for item in ask({"history": ["m01", "m03"]}) + ask({"user": "u3"}):
                why = item["explanation"]
                assert why["method"] == "history"
                [share] = why["features"]
                assert why["constant"] + share["score"] == pytest.approx(item["score"], abs=1e-4)
                if len(share["history"]) < 5:
                    assert sum(one["score"] for one in share["history"]) == pytest.approx(share["score"], abs=1e-4)
            assert {item["explanation"]["method"] for item in ask({"user": "nobody"})} == {"popular"}


def test_a_finished_run_says_so(folder):
    done = run("train", "ials.toml", "--out", "ials", "--resume", cwd=folder)
    assert "all 5 epochs are done; train longer with --set model.epochs=N" in done.stderr


def test_a_run_may_be_made_longer(folder):
    run("train", "ials.toml", "--out", "long", cwd=folder)
    run("train", "ials.toml", "--out", "long", "--resume", "--set", "model.epochs=7", cwd=folder)
    run("train", "ials.toml", "--out", "at-once", "--set", "model.epochs=7", cwd=folder)
    assert (folder / "long/ials.safetensors").read_bytes() == (folder / "at-once/ials.safetensors").read_bytes()


def test_a_killed_run_continues_to_the_same_bytes(folder):
    more = ["--set", "model.epochs=400", "--quiet"]
    started = subprocess.Popen([PROGRAM, "train", "bpr_mf.toml", "--out", "killed", *more], cwd=folder)
    deadline = time.monotonic() + 60
    while not list((folder / "killed").rglob("epoch-*.safetensors")) and time.monotonic() < deadline:
        time.sleep(0.002)
    started.kill()
    started.wait()
    assert not (folder / "killed/bpr_mf.safetensors").exists()
    run("train", "bpr_mf.toml", "--out", "killed", "--resume", *more, cwd=folder)
    run("train", "bpr_mf.toml", "--out", "whole", *more, cwd=folder)
    assert (folder / "killed/bpr_mf.safetensors").read_bytes() == (folder / "whole/bpr_mf.safetensors").read_bytes()


def test_mistakes_are_named(folder):
    (folder / "bad.toml").write_text(CONFIG.format(kind="ials", more='solver = "qr"'))
    assert "solver" in error("train", "bad.toml", "--out", "bad", code=2, cwd=folder)
    (folder / "bad.toml").write_text(CONFIG.format(kind="biased_mf", more=""))
    assert "needs the column of the ratings" in error("train", "bad.toml", "--out", "bad", code=2, cwd=folder)
