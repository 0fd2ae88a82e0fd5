"""ONNX models of histories compute what `embed` does."""

import json
import random

import numpy as np
import pytest

from onnx_numpy import run_onnx
from program import error, run

CONFIG = """
[data]
table = "watched.csv"
user  = "user"
split = {{ by = "time", column = "day" }}

[features]
movie   = {{ kind = "category", dim = 8 }}
history = {{ kind = "history", length = 4, {settings} }}

[query]
features = ["history"]
layers   = [{{ dense = 8 }}]

[items]
id       = "movie"
features = ["movie"]
layers   = [{{ dense = 8 }}]

[retrieval]
top_k = [1, 5]

[training]
epochs    = 2
batch     = 128
optimizer = {{ adam = 0.01 }}
"""

HISTORIES = [["m01"], ["m03", "m04", "m99", "m05"], [], ["m99"], [f"m{i:02}" for i in range(7)], ["m02", "m02"]]


def bundle(folder, settings):
    draw = random.Random(6)
    lines = [f"u{user},m{draw.randrange(20):02},{day}" for user in range(60) for day in range(10)]
    (folder / "watched.csv").write_text("user,movie,day\n" + "\n".join(lines) + "\n")
    (folder / "watched.toml").write_text(CONFIG.format(settings=settings))
    run("train", "watched.toml", "--out", "bundle", "--quiet", cwd=folder)


@pytest.mark.parametrize("settings", ['pooling = "mean"', "half_life = 1.5", 'half_life = 2, pooling = "sqrtn"', 'pooling = "sum"'])
def test_a_pooled_history(tmp_path, settings):
    bundle(tmp_path, settings)
    run("export", "bundle", "--to", "onnx", "--out", "onnx", cwd=tmp_path)
    entry = json.loads((tmp_path / "onnx/inputs.json").read_text())["query"]["inputs"][0]
    assert entry["name"] == "history" and entry["type"] == "string" and entry["missing"] == ""
    longest = max(map(len, HISTORIES))
    ids = np.array([ids + [""] * (longest - len(ids)) for ids in HISTORIES], dtype=object)
    got = run_onnx(tmp_path / "onnx/query.onnx", {"history": ids})["embedding"]
    (tmp_path / "queries.csv").write_text("history\n" + "".join(f'"{",".join(ids)}"\n' for ids in HISTORIES))
    run("embed", "bundle", "--queries", "queries.csv", "--out", "queries.npy", "--quiet", cwd=tmp_path)
    np.testing.assert_allclose(got, np.load(tmp_path / "queries.npy"), rtol=2e-5, atol=2e-6)


def test_a_history_with_layers_is_an_error(tmp_path):
    bundle(tmp_path, "layers = [{ gru = 8 }]")
    message = error("export", "bundle", "--to", "onnx", "--out", "onnx", cwd=tmp_path, code=2)
    assert "feature 'history': layers along a history cannot be exported to ONNX" in message
