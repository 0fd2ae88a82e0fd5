"""Bundles of simple kinds are in memory: what happens to their files later does not reach their answers."""

import pytest

from program import run
from serving import serving

CONFIG = """
[data]
table = "ratings.csv"
user  = "user"

[model]
kind = "{kind}"
{settings}
[items]
id = "title"
"""
KINDS = {
    "ials": "factors = 8\nepochs = 2",
    "bpr_mf": "factors = 8\nepochs = 2",
    "biased_mf": 'factors = 8\nepochs = 2\nlabel = "rating"',
    "item_knn": "",
    "ease": "",
    "slim": "",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("in_place")
    run("synth", "--rows", 3000, "--users", 100, "--items", 300, "--seed", 5, "--out", "ratings.csv", "--quiet", cwd=made)
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_files_that_are_cut_do_not_change_answers(folder, kind):
    (folder / f"{kind}.toml").write_text(CONFIG.format(kind=kind, settings=KINDS[kind]))
    run("train", f"{kind}.toml", "--out", kind, "--quiet", cwd=folder)
    user = (folder / "ratings.csv").read_text().splitlines()[1].split(",")[0]
    body = {"query": {"user": user}, "k": 10, "explain": True}
    with serving(kind, "--no-watch", cwd=folder) as server:
        _, _, expected = server.post("/v1/recommend", body)
        assert len(expected["items"]) == 10
        for path in (folder / kind).glob("*.safetensors"):
            path.write_bytes(b"\0" * (path.stat().st_size // 2))  # over the same file, half as long
        status, _, answer = server.post("/v1/recommend", body)
        assert (status, answer["items"]) == (200, expected["items"])
        status, _, answer = server.post("/v1/recommend", {**body, "k": 50})
        assert status == 200 and answer["items"][:10] == expected["items"]
