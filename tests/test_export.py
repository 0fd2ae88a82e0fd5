"""What `shortlist export` writes, read back with NumPy alone and compared with `embed` and `predict`.

tests/parity/export.py does the same with the tools that the formats are for.
"""

import json
import struct

import numpy as np
import pytest

from export_case import check_catalogue, check_onnx, make_case, read_csv, shortlist
from onnx_numpy import run_onnx


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return make_case(tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="module")
def items(case):
    """Ids and vectors as `embed` writes them."""
    shortlist("embed", "bundle", "--candidates", "--out", "items.jsonl", "--quiet", cwd=case)
    rows = [json.loads(line) for line in (case / "items.jsonl").read_text().splitlines()]
    return [row["item"] for row in rows], np.array([row["embedding"] for row in rows], np.float32)


def export(case, to, out):
    shortlist("export", "bundle", "--to", to, "--out", out, cwd=case)
    return case / out


def check_ids(folder, ids):
    assert json.loads((folder / "ids.json").read_text()) == ids


def test_onnx_computes_what_the_program_does(case):
    rows, candidates = check_onnx(case, run_onnx, "visits.csv")
    check_catalogue(case, rows, candidates)


def test_onnx_computes_the_same_for_values_that_were_never_seen(case):
    check_onnx(case, run_onnx, "unseen.csv")


def test_onnx_says_what_it_takes(case):
    inputs = {entry["name"]: entry for entry in json.loads((case / "onnx/inputs.json").read_text())["query"]["inputs"]}
    assert inputs["user"] | {"settings": {}} == {
        "name": "user", "column": "user", "kind": "category", "type": "string", "shape": ["rows"], "missing": "",
        "feed": "the value; of a number its decimal text", "settings": {}}
    assert inputs["city"]["type"] == "int64" and inputs["city"]["tokens"] == ["Kyoto", "Lima", "Oslo"]
    assert inputs["hour"]["column"] == "seen" and inputs["hour"]["type"] == "float64"


def test_onnx_has_the_same_bytes_every_time(case):
    again = export(case, "onnx", "again")
    for path in again.iterdir():
        assert path.read_bytes() == (case / "onnx" / path.name).read_bytes()


def test_npy(case, items):
    folder = export(case, "npy", "npy")
    vectors = np.load(folder / "items.npy")
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, items[1])
    check_ids(folder, items[0])


def test_faiss(case, items):
    folder = export(case, "faiss", "faiss")
    data = (folder / "items.faiss").read_bytes()
    ids, vectors = items
    header = struct.unpack_from("<4siqqqBiQ", data)
    assert header == (b"IxFI", vectors.shape[1], len(ids), 1 << 20, 1 << 20, 1, 0, vectors.size)
    np.testing.assert_array_equal(np.frombuffer(data, np.float32, offset=45).reshape(vectors.shape), vectors)
    check_ids(folder, ids)


def test_word2vec(case, items):
    folder = export(case, "word2vec", "word2vec")
    ids, vectors = items
    words = [word.replace(" ", "_") for word in ids]
    lines = (folder / "items.txt").read_text().splitlines()
    assert lines[0] == f"{len(ids)} {vectors.shape[1]}"
    assert [line.split(" ")[0] for line in lines[1:]] == words
    np.testing.assert_array_equal(np.array([line.split(" ")[1:] for line in lines[1:]], np.float32), vectors)
    head = f"{len(ids)} {vectors.shape[1]}\n".encode()
    body = b"".join(f"{word} ".encode() + vector.tobytes() + b"\n" for word, vector in zip(words, vectors))
    assert (folder / "items.bin").read_bytes() == head + body
    check_ids(folder, ids)


def test_parquet(case, items):
    export(case, "parquet", "items.parquet")
    columns = json.loads(shortlist("inspect", "items.parquet", "--format", "json", cwd=case).stdout)
    assert columns["rows"] == len(items[0])
    assert [(c["name"], c["missing"]) for c in columns["columns"]] == [("item", 0), ("tags", 1), ("price", 1), ("embedding", 0)]


def test_parquet_wants_different_names(case):
    text = (case / "bundle/config.toml").read_text()
    (case / "twice.toml").write_text(text.replace('attributes = ["tags", "price"]', 'attributes = ["item"]'))
    shortlist("train", "twice.toml", "--epochs", 1, "--out", "twice", "--quiet", cwd=case)
    done = shortlist("export", "twice", "--to", "parquet", "--out", "twice.parquet", cwd=case, code=2)
    assert "two columns would have the name 'item'" in done.stderr and not (case / "twice.parquet").exists()


def test_safetensors(case):
    data = export(case, "safetensors", "weights.safetensors").read_bytes()
    size = struct.unpack_from("<Q", data)[0]
    tensors = json.loads(data[8:8 + size])
    ours = (case / "bundle/weights.safetensors").read_bytes()
    kept = json.loads(ours[8:8 + struct.unpack_from("<Q", ours)[0]])
    assert tensors["query/dense/kernel"]["shape"] == kept["query/dense/kernel"]["shape"]
    assert tensors["query/dense/bias"]["shape"] == [12] and kept["query/dense/bias"]["shape"] == [1, 12]
    assert [t for t in tensors if t.startswith("ranking/rating/")] == [t for t in kept if t.startswith("ranking/rating/")]
    assert data[8 + size:] == ours[-len(data[8 + size:]):]
