"""Models in the libraries that people already have. Each test is skipped if its library is not installed."""

import json
import pathlib
import sys

import numpy as np
import pytest
from conftest import make_ratings, tower

import shortlist as sl

sys.path.append(str(pathlib.Path(__file__).parent.parent))
from onnx_feed import feed  # noqa: E402


def test_faiss_finds_what_the_engine_finds(model):
    faiss = pytest.importorskip("faiss")
    vectors = model.embed_items()
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    users = [100, 101, 102, 103]
    scores, found = index.search(model.embed_queries(users), 5)
    frame = model.recommend(users, k=5, order="score", seen="keep")
    np.testing.assert_array_equal(model.item_ids_[found].ravel(), frame["item"])
    np.testing.assert_allclose(scores.ravel(), frame["score"], rtol=1e-5)


def test_onnxruntime_computes_the_same_vectors(model, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    model.export(tmp_path / "onnx", to="onnx")
    entries = json.loads((tmp_path / "onnx" / "inputs.json").read_text())["query"]["inputs"]
    users = [100, 101, 102]
    inputs = feed(entries, [{"user": str(user)} for user in users])
    session = runtime.InferenceSession(tmp_path / "onnx" / "query.onnx")
    (found,) = session.run(None, inputs)
    np.testing.assert_allclose(found, model.embed_queries(users), rtol=1e-4, atol=1e-5)


def test_weights_open_in_safetensors(model, tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    model.export(tmp_path / "weights.safetensors", to="safetensors")
    tensors = safetensors.load_file(tmp_path / "weights.safetensors")
    seen = {}

    class Last(sl.Callback):
        def on_epoch_end(self, run, epoch):
            seen.update(run.parameters)

    assert all(np.isfinite(tensor).all() for tensor in tensors.values())
    settings = {"label": "rating", "standardize_label": False}  # else the export has the label's own scale
    again = tower(ranking=settings, early_stopping={"restore_best": False, "patience": 100})
    again.fit(make_ratings(), callbacks=[Last()])
    again.export(tmp_path / "again.safetensors", to="safetensors")
    tensors = safetensors.load_file(tmp_path / "again.safetensors")
    for name, values in seen.items():
        matching = [tensor for tensor in tensors.values() if tensor.size == values.size]
        assert any(np.array_equal(np.ravel(tensor), np.ravel(values)) for tensor in matching), name


def test_tensorboard_reads_the_events(ratings, tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    model = tower(out=tmp_path / "run").fit(ratings)
    validation = accumulator.EventAccumulator(str(tmp_path / "run/run/validation"))
    validation.Reload()
    assert len(validation.Tensors("epoch_root_mean_squared_error")) == len(model.history_)


def test_optuna_searches_parameters(ratings):
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial):
        rate = trial.suggest_float("rate", 1e-3, 1e-1, log=True)
        model = tower(epochs=1, optimizer={"adam": rate}).fit(ratings)
        return model.history_[-1]["validation"]["rmse"]

    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    study.optimize(objective, n_trials=3)
    assert 0 < study.best_value < 3


def test_duckdb_relations_are_tables(ratings):
    duckdb = pytest.importorskip("duckdb")
    relation = duckdb.sql("SELECT * FROM ratings WHERE rating > 1")
    model = tower(epochs=1).fit(relation)
    assert model.report.rows > 0
    answer = model.recommend(duckdb.sql("SELECT 100 AS user UNION ALL SELECT 101 ORDER BY 1"), k=2)
    assert answer.num_rows == 4  # Arrow
