"""What `shortlist export` writes, opened and compared by the tools that the formats are for.

In an environment with pytest, numpy and any of onnx, onnxruntime, torch, safetensors, faiss-cpu, hnswlib, gensim, pyarrow:

    SHORTLIST=build/shortlist python -m pytest tests/parity/export.py

A tool that is absent is skipped.
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from export_case import CONFIG, ROOT, check_catalogue, check_onnx, make_case, make_rows, read_csv, shortlist, write_csv
from onnx_feed import feed, tokens

DATA = pathlib.Path(os.environ.get("SHORTLIST_DATA", ROOT.parent / "shared/data"))
K = 10


@pytest.fixture(scope="session")
def case(tmp_path_factory):
    return make_case(tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="session")
def anime(tmp_path_factory):
    """The anime table's model after one epoch."""
    table = DATA / "anime/clean_data.csv"
    if not table.exists():
        pytest.skip(f"no {table}")
    folder = tmp_path_factory.mktemp("anime")
    (folder / "clean_data.csv").symlink_to(table)
    shortlist("train", ROOT / "examples/anime/anime.toml", "--data", "clean_data.csv", "--epochs", 1, "--out", "bundle", "--quiet",
              cwd=folder)
    return folder


def export(folder, to, out):
    shortlist("export", "bundle", "--to", to, "--out", out, cwd=folder)
    return folder / out


@pytest.fixture(scope="session")
def vectors(anime):
    """(ids, item vectors, query vectors) of the anime model, as `embed` writes them."""
    shortlist("embed", "bundle", "--items", "--out", "items.jsonl", "--quiet", cwd=anime)
    rows = [json.loads(line) for line in (anime / "items.jsonl").read_text().splitlines()]
    (anime / "queries.csv").write_text("".join((anime / "clean_data.csv").open().readlines()[:301]))
    shortlist("embed", "bundle", "--queries", "queries.csv", "--out", "queries.npy", "--quiet", cwd=anime)
    return [row["name"] for row in rows], np.array([row["embedding"] for row in rows], np.float32), np.load(anime / "queries.npy")


@pytest.fixture(scope="session")
def best(anime, vectors):
    """[query][K] ids and scores, as `recommend` gives them without the ranking's order."""
    shortlist("recommend", "bundle", "--queries", "queries.csv", "-k", K, "--retrieve", K, "--out", "best.jsonl", "--quiet", cwd=anime)
    answers = {}
    for line in (anime / "best.jsonl").read_text().splitlines():
        row = json.loads(line)
        answers.setdefault(row["query"], []).append((row["score"], row["name"]))
    return [sorted(answers[query], key=lambda pair: -pair[0]) for query in sorted(answers)]


def check_best(ids, positions, scores, best):
    """The same items with the same scores; among scores that differ in the last bits the order may be another."""
    for row, (expected, score) in enumerate(zip(best, scores)):
        np.testing.assert_allclose(score, [pair[0] for pair in expected], rtol=1e-5, atol=1e-5)
        ours, found = {name for _, name in expected}, {ids[i] for i in positions[row]}
        near_last = np.isclose(score, score[-1], rtol=1e-5, atol=1e-5).sum()
        assert len(found) == K and len(ours & found) >= K - near_last


# ONNX


def run_onnxruntime(path, inputs):
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return dict(zip([output.name for output in session.get_outputs()], session.run(None, inputs)))


def test_onnx_checker_finds_nothing(case):
    onnx = pytest.importorskip("onnx")
    for path in sorted((case / "onnx").glob("*.onnx")):
        onnx.checker.check_model(str(path), full_check=True)


def test_onnxruntime_computes_what_the_program_does(case):
    rows, items = check_onnx(case, run_onnxruntime, "visits.csv")
    check_catalogue(case, rows, items)
    check_onnx(case, run_onnxruntime, "unseen.csv")


def test_onnxruntime_fails_at_a_missing_value_that_is_an_error(tmp_path):
    pytest.importorskip("onnxruntime")
    config = CONFIG.replace('as = "weekday"', 'as = "weekday", missing = "error"')
    rows = [row for row in make_rows() if row["seen"]]
    (tmp_path / "strict.toml").write_text(config)
    write_csv(tmp_path / "visits.csv", rows)
    shortlist("train", "strict.toml", "--out", "bundle", "--quiet", cwd=tmp_path)
    inputs = json.loads((export(tmp_path, "onnx", "onnx") / "inputs.json").read_text())["query"]["inputs"]
    run_onnxruntime(tmp_path / "onnx/query.onnx", feed(inputs, rows))
    with pytest.raises(Exception, match="out of data bounds"):
        run_onnxruntime(tmp_path / "onnx/query.onnx", feed(inputs, [rows[0] | {"seen": ""}]))


def test_onnxruntime_computes_the_anime_model(anime, vectors):
    models = json.loads((export(anime, "onnx", "onnx") / "inputs.json").read_text())
    rows = read_csv(anime / "queries.csv")
    query = run_onnxruntime(anime / "onnx/query.onnx", feed(models["query"]["inputs"], rows))["embedding"]
    np.testing.assert_allclose(query, vectors[2], rtol=1e-5, atol=1e-5)
    item = run_onnxruntime(anime / "onnx/item.onnx", feed(models["item"]["inputs"], rows))["embedding"]
    shortlist("predict", "bundle", "--data", "queries.csv", "--raw", "--out", "predicted.csv", "--quiet", cwd=anime)
    expected = [float(row["predicted_Feedback"]) for row in read_csv(anime / "predicted.csv")]
    ranking = run_onnxruntime(anime / "onnx/ranking.onnx", {"query": query, "item": item})
    np.testing.assert_allclose(ranking["predicted_Feedback"], expected, rtol=1e-5, atol=1e-5)


# Vectors


def test_faiss_finds_what_recommend_finds(anime, vectors, best):
    faiss = pytest.importorskip("faiss")
    folder = export(anime, "faiss", "faiss")
    index = faiss.read_index(str(folder / "items.faiss"))
    assert type(index) is faiss.IndexFlatIP and index.is_trained
    np.testing.assert_array_equal(index.reconstruct_n(0, index.ntotal), vectors[1])
    scores, positions = index.search(vectors[2], K)
    check_best(json.loads((folder / "ids.json").read_text()), positions, scores, best)
    faiss.write_index(index, str(folder / "again.faiss"))
    assert (folder / "again.faiss").read_bytes() == (folder / "items.faiss").read_bytes()


def test_hnswlib_finds_what_recommend_finds(anime, vectors, best):
    hnswlib = pytest.importorskip("hnswlib")
    folder = export(anime, "hnswlib", "hnswlib")
    ids, items, queries = vectors
    index = hnswlib.Index(space="ip", dim=items.shape[1])
    index.load_index(str(folder / "items.hnsw"))
    assert index.get_current_count() == len(ids) and index.M == 16 and index.ef_construction == 200
    np.testing.assert_array_equal(np.array(index.get_items(range(len(ids)))), items)
    index.set_ef(200)
    places, distances = index.knn_query(queries, k=K)
    found = np.mean([len({ids[i] for i in row} & {name for _, name in expected}) / K for row, expected in zip(places, best)])
    assert found > 0.99
    np.testing.assert_allclose(1 - distances[:, 0], [expected[0][0] for expected in best], rtol=1e-4, atol=1e-4)
    assert json.loads((folder / "ids.json").read_text()) == ids
    index.save_index(str(folder / "again.hnsw"))
    assert (folder / "again.hnsw").read_bytes() == (folder / "items.hnsw").read_bytes()


@pytest.mark.parametrize("file, binary", [("items.txt", False), ("items.bin", True)])
def test_gensim_reads_the_words(anime, vectors, file, binary):
    gensim = pytest.importorskip("gensim.models")
    folder = export(anime, "word2vec", "word2vec")
    words = gensim.KeyedVectors.load_word2vec_format(str(folder / file), binary=binary)
    ids = json.loads((folder / "ids.json").read_text())
    assert len(words) == len(ids) == len(vectors[0]) and ids == vectors[0]
    np.testing.assert_array_equal(words.vectors, vectors[1])
    at = ids.index("Death Note")
    assert words.index_to_key[at] == "Death_Note"
    similar = json.loads(shortlist("similar", "bundle", "Death Note", "-k", 5, "--format", "json", cwd=anime).stdout)
    found = words.most_similar("Death_Note", topn=5)
    np.testing.assert_allclose([score for _, score in found], [item["similarity"] for item in similar["items"]], rtol=1e-5)


def test_pyarrow_reads_the_table(anime, vectors):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow
    table = parquet.read_table(export(anime, "parquet", "items.parquet"))
    items = json.loads((anime / "bundle/items.json").read_text())
    assert table.column_names == [items["id_column"], *(a["name"] for a in items["attributes"]), "embedding"]
    assert table.schema.field("embedding").type.value_type == pyarrow.float32()
    assert table[items["id_column"]].to_pylist() == vectors[0]
    np.testing.assert_array_equal(np.array(table["embedding"].to_pylist(), np.float32), vectors[1])
    for attribute in items["attributes"]:
        assert [value or "" for value in table[attribute["name"]].to_pylist()] == attribute["values"]


def test_numpy_reads_the_vectors(anime, vectors):
    folder = export(anime, "npy", "npy")
    np.testing.assert_array_equal(np.load(folder / "items.npy"), vectors[1])
    assert json.loads((folder / "ids.json").read_text()) == vectors[0]


# Weights


def test_pytorch_computes_with_the_weights(anime, vectors):
    torch = pytest.importorskip("torch")
    load_file = pytest.importorskip("safetensors.torch").load_file
    weights = load_file(str(export(anime, "safetensors", "weights.safetensors")))
    assert all(tensor.dtype == torch.float32 for tensor in weights.values())
    # The id is the item's position among the sorted names plus 1, for the one out-of-vocabulary bucket.
    known = {f["name"]: f["feature"]["tokens"] for f in json.loads((anime / "bundle/features.json").read_text())["features"]}
    name = weights["candidate/name/embeddings"]
    ids = torch.tensor([known["name"].index(item) + 1 for item in vectors[0]])
    words = weights["candidate/name_words/embeddings"]
    word_ids = {word: i + 2 for i, word in enumerate(known["name_words"])}
    bags = [[word_ids.get(word, 1) for word in tokens(item, 1)] for item in vectors[0]]
    pooled = torch.stack([words[torch.tensor(bag)].mean(0) if bag else torch.zeros(words.shape[1]) for bag in bags])
    linear = torch.nn.Linear(name.shape[1] + words.shape[1], weights["candidate/dense/bias"].shape[0])
    linear.load_state_dict({"weight": weights["candidate/dense/kernel"].T, "bias": weights["candidate/dense/bias"]})
    with torch.no_grad():
        embedded = linear(torch.cat([name[ids], pooled], 1)).numpy()
    np.testing.assert_allclose(embedded, vectors[1], rtol=1e-4, atol=1e-5)


# The examples of docs/reference/export.md, as they stand


def examples():
    text = (ROOT / "docs/reference/export.md").read_text()
    parts = re.split(r"^## ", text, flags=re.M)[1:]
    for part in parts:
        commands = re.findall(r"^\$ shortlist (.*)$", part, re.M)
        code = re.findall(r"^```python\n(.*?)^```", part, re.M | re.S)
        if commands:
            yield pytest.param(commands, code, id=part.split()[0])


TOOLS = {"onnx": "onnxruntime", "word2vec": "gensim", "parquet": "pyarrow", "safetensors": "torch"}


@pytest.mark.parametrize("commands, code", list(examples()))
def test_example_of_the_docs_runs(request, anime, vectors, commands, code):
    tool = request.node.callspec.id
    pytest.importorskip(TOOLS.get(tool, "numpy" if tool == "npy" else tool))
    for link, target in (("anime", "bundle"), ("users.csv", "queries.csv")):
        if not (anime / link).exists():
            (anime / link).symlink_to(target)
    shortlist("embed", "anime", "--queries", "users.csv", "--out", "users.npy", cwd=anime)
    for command in commands:
        shortlist(*shlex.split(command), cwd=anime)
    for block in code:
        done = subprocess.run([sys.executable, "-c", block], cwd=anime, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
