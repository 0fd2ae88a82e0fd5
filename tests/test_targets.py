"""Each kind of vector instruction that this processor has gives the same model and the same answers."""

import json
import os
import pathlib
import re

import pytest

from program import error, place, run
from serving import serving


def with_target(name):
    return {**os.environ, "SHORTLIST_TARGET": name}


TARGETS = re.search(r"can run (.*)", error("--version", code=2, env=with_target("none")))[1].split(", ")
FUSED = [name for name in TARGETS if not re.match("SS", name)]  # with fused multiply-add


def test_an_unknown_target_is_an_error_that_lists_those_there_are():
    assert error("inspect", "x.csv", code=2, env=with_target("AVX9")) == (
        f"SHORTLIST_TARGET: the vector target 'AVX9' is unknown or not supported here; this processor can run "
        f"{', '.join(TARGETS)}")


@pytest.mark.parametrize("target", TARGETS)
def test_the_version_names_the_target_that_is_forced(target):
    version, instructions = run("--version", env=with_target(target.lower())).stdout.splitlines()
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert re.fullmatch(rf"vector instructions: {target}(, .+)?", instructions)
    assert target.startswith("AVX3") or "VNNI" not in instructions and "bfloat16" not in instructions


def test_without_one_the_best_is_chosen():
    used = run("--version").stdout
    assert f"vector instructions: {TARGETS[0]}" in used
    processor = pathlib.Path("/proc/cpuinfo").read_text()
    assert ("VNNI" in used) == ("avx512_vnni" in processor)


@pytest.fixture(scope="module")
def models(place):
    """Of each target a bundle, and what it answers."""
    answers = {}
    for target in TARGETS:
        env = with_target(target)
        done = run("train", "config.toml", "--out", target, "--set", "training.epochs=1", "--json", cwd=place, env=env)
        assert json.loads(done.stdout.splitlines()[0])["instructions"].split(", ")[0] == target
        asked = run("recommend", target, "--query", "country=Brazil", "--query", "age_group=25-34", "-k", 20, "--format",
                    "json", cwd=place, env=env)
        answers[target] = json.loads(asked.stdout)["items"]
    return place, answers


@pytest.mark.parametrize("target", TARGETS)
def test_the_log_of_a_server_names_the_target(models, target):
    with serving(target, cwd=models[0], env=with_target(target)) as server:
        assert re.search(rf'instructions="?{target}\b', server.greeting)


def test_targets_with_fused_multiply_add_train_the_same_bits(models):
    place, _ = models
    weights = {(place / target / "weights.safetensors").read_bytes() for target in FUSED}
    assert len(weights) == 1


def test_every_target_answers_nearly_the_same(models):
    _, answers = models
    best = {item["id"]: item["score"] for item in answers[TARGETS[0]]}
    for target in TARGETS:
        same = [item for item in answers[target] if item["id"] in best]
        assert len(same) >= 18, target
        for item in same:
            assert item["score"] == pytest.approx(best[item["id"]], rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("index", ["exact", "int8", "bf16"])
def test_every_target_finds_the_same_with_every_index(place, index):
    run("train", "config.toml", "--out", index, "--set", "training.epochs=1", "--set", f"retrieval.index={index}",
        "--quiet", cwd=place)
    found = []
    for target in TARGETS:
        asked = run("recommend", index, "--query", "country=Chile", "-k", 10, "--format", "json", cwd=place,
                    env=with_target(target))
        answer = json.loads(asked.stdout)
        assert answer["exact"] is True
        found.append([item["id"] for item in answer["items"]])
    assert all(ids == found[0] for ids in found)
