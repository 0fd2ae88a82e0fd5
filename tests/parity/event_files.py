"""A run's event files and projector files, read back by TensorBoard's own readers.

In an environment with pytest, numpy, safetensors and tensorboard:

    SHORTLIST=build/shortlist python -m pytest tests/parity/event_files.py
"""

import json
import pathlib
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from export_case import CONFIG, make_rows, read_csv, shortlist, write_csv

event_accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
from tensorboard.util.tensor_util import make_ndarray

NAMES = {"loss": "epoch_total_loss", "rmse": "epoch_root_mean_squared_error",
         "keras_top_1": "epoch_factorized_top_k/top_1_categorical_accuracy", "top_5": "epoch_top_5", "mrr": "epoch_mrr"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("events")
    one_task = CONFIG[:CONFIG.index('[[ranking]]\nlabel  = "liked"')] + CONFIG[CONFIG.index("[training]"):]
    (folder / "one.toml").write_text(one_task.replace("tensorboard = false", "tensorboard = true"))
    write_csv(folder / "visits.csv", make_rows())
    shortlist("train", "one.toml", "--epochs", 3, "--out", "bundle", "--quiet", cwd=folder)
    return folder / "bundle"


def read(folder):
    """Tags and their [(step, value)]."""
    reader = event_accumulator.EventAccumulator(str(folder), size_guidance={"tensors": 0})
    reader.Reload()
    assert reader.Tags()["scalars"] == [], "all are tensors, as TensorFlow 2 writes them"
    values = {tag: [(e.step, make_ndarray(e.tensor_proto)) for e in reader.Tensors(tag)] for tag in reader.Tags()["tensors"]}
    plugins = {tag: reader.SummaryMetadata(tag).plugin_data.plugin_name for tag in values}
    return values, plugins


@pytest.mark.parametrize("part", ["train", "validation"])
def test_tensorboard_reads_the_scalars(run, part):
    values, plugins = read(run / "run" / part)
    epochs = json.loads((run / "history.json").read_text())["epochs"]
    assert len(epochs) == 3
    for name, tag in NAMES.items():
        assert plugins[tag] == "scalars"
        assert [(step, float(value)) for step, value in values[tag]] == [
            (epoch["epoch"] - 1, float(np.float32(epoch[part][name]))) for epoch in epochs]


def test_tensorboard_reads_the_histograms(run):
    values, plugins = read(run / "run/train")
    safetensors = pytest.importorskip("safetensors.numpy")
    last = safetensors.load_file(run / "weights.safetensors")
    assert {tag for tag in values if plugins[tag] == "histograms"} == {f"{name}/histogram" for name in last}
    for name, weights in last.items():
        steps, tables = zip(*values[f"{name}/histogram"])
        assert steps == (0, 1, 2)
        if weights.size == 1:  # as tf.summary.histogram: no width, all in the last
            np.testing.assert_array_equal(tables[-1], [[weights.item(), weights.item(), 0]] * 29 + [[weights.item(), weights.item(), 1]])
            continue
        counts, edges = np.histogram(weights.astype(np.float64), bins=30)
        np.testing.assert_allclose(tables[-1][:, 0], edges[:-1], atol=1e-6)
        np.testing.assert_allclose(tables[-1][:, 1], edges[1:], atol=1e-6)
        assert tables[-1][:, 2].sum() == weights.size
        assert np.abs(np.cumsum(tables[-1][:, 2]) - np.cumsum(counts)).max() <= 0.02 * weights.size + 1


def test_the_projector_reads_the_items(run):
    config = pytest.importorskip("tensorboard.plugins.projector.projector_config_pb2")
    from google.protobuf import text_format
    parsed = text_format.Parse((run / "run/projector_config.pbtxt").read_text(), config.ProjectorConfig())
    embedding = parsed.embeddings[0]
    vectors = np.loadtxt(run / "run" / embedding.tensor_path, delimiter="\t", dtype=np.float32)
    assert vectors.shape == tuple(embedding.tensor_shape)
    shortlist("embed", "bundle", "--items", "--out", "items.npy", "--quiet", cwd=run.parent)
    np.testing.assert_array_equal(vectors, np.load(run.parent / "items.npy"))
    labels = (run / "run" / embedding.metadata_path).read_text().splitlines()
    items = sorted({row["item"] for row in read_csv(run.parent / "visits.csv")})
    assert labels[0].split("\t") == ["item", "tags", "price"] and [line.split("\t")[0] for line in labels[1:]] == items
