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
    shortlist("embed", "bundle", "--items", "--out", "items.jsonl", "--quiet", cwd=case)
    rows = [json.loads(line) for line in (case / "items.jsonl").read_text().splitlines()]
    return [row["item"] for row in rows], np.array([row["embedding"] for row in rows], np.float32)


def export(case, to, out):
    shortlist("export", "bundle", "--to", to, "--out", out, cwd=case)
    return case / out


def check_ids(folder, ids):
    assert json.loads((folder / "ids.json").read_text()) == ids


def test_onnx_computes_what_the_program_does(case):
    rows, items = check_onnx(case, run_onnx, "visits.csv")
    check_catalogue(case, rows, items)


def test_onnx_computes_the_same_for_values_that_were_never_seen(case):
    check_onnx(case, run_onnx, "unseen.csv")


def test_onnx_says_what_it_takes(case):
    inputs = {entry["name"]: entry for entry in json.loads((case / "onnx/inputs.json").read_text())["query"]["inputs"]}
    assert inputs["user"] | {"settings": {}} == {
        "name": "user", "column": "user", "kind": "category", "type": "string", "shape": ["rows"], "missing": "",
        "feed": "the value; a number as decimal text", "settings": {}}
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


def read_hnswlib(data):
    """(entry point, [node][layer] neighbors, labels, vectors) of hnswlib's file; checks every size."""
    head = struct.unpack_from("<6QiI3QdQ", data)
    offset, capacity, count, size, label_at, vector_at, top, entry, m, base, upper, multiplier, ef = head
    assert offset == 0 and capacity == count and (m, base, upper, ef) == (16, 32, 16, 200)
    assert vector_at == 4 * (1 + base) and size == label_at + 8 and multiplier == pytest.approx(1 / np.log(16))
    nodes = np.frombuffer(data, np.uint8, count * size, 96).reshape(count, size)
    labels = nodes[:, label_at:].copy().view(np.uint64).ravel()
    vectors = nodes[:, vector_at:label_at].copy().view(np.float32)
    rows = nodes[:, :vector_at].copy().view(np.uint32)
    layers = [[row[1:1 + row[0]]] for row in rows]
    at = 96 + count * size
    for node in range(count):
        bytes_of_links, at = struct.unpack_from("<I", data, at)[0], at + 4
        for row in np.frombuffer(data, np.uint32, bytes_of_links // 4, at).reshape(-1, 1 + upper):
            layers[node].append(row[1:1 + row[0]])
        at += bytes_of_links
    assert at == len(data) and len(layers[entry]) == top + 1 == max(map(len, layers))
    return entry, layers, labels, vectors


def test_hnswlib(case, items):
    folder = export(case, "hnswlib", "hnswlib")
    entry, layers, labels, vectors = read_hnswlib((folder / "items.hnsw").read_bytes())
    ids, expected = items
    np.testing.assert_array_equal(vectors, expected)
    np.testing.assert_array_equal(labels, np.arange(len(ids)))
    for node, links in enumerate(layers):
        for layer, neighbors in enumerate(links):
            assert node not in neighbors and len(set(neighbors)) == len(neighbors)
            assert all(len(layers[n]) > layer for n in neighbors), "a neighbor stands in the same layer"
    seen, left = {entry}, [entry]
    while left:
        new = set(layers[left.pop()][0]) - seen
        seen |= new
        left += new
    assert len(seen) == len(ids), "a search can reach every item"
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
    theirs, ours = data[8 + size:], ours[-len(data[8 + size:]):]
    # All as it is but the prediction, which takes the label's mean and deviation in.
    begin, end = tensors["query/dense/kernel"]["data_offsets"]
    assert theirs[begin:end] == ours[begin:end]
    scale = json.loads((case / "bundle/labels.json").read_text())[0]["standardized"]
    for name, shift in (("kernel", 0), ("bias", scale["mean"])):
        begin, end = tensors[f"ranking/rating/prediction/{name}"]["data_offsets"]
        there, here = (np.frombuffer(tensor[begin:end], np.float32) for tensor in (theirs, ours))
        assert there == pytest.approx(shift + scale["deviation"] * here.astype(np.float64), rel=1e-6)


def test_options_of_another_format_are_errors(case):
    done = shortlist("export", "bundle", "--to", "npy", "--out", "no", "--name", "query=q", cwd=case, code=2)
    assert "--like and --name need --to tensorflow, got --to npy" in done.stderr and not (case / "no").exists()
