"""A trained model rebuilt in PyTorch and in TensorFlow from its exported weights.

Each test is skipped if its library is not installed: pip install torch tensorflow-cpu safetensors.
"""

import json
import pathlib

import numpy as np
import pytest
from conftest import tower

import shortlist as sl

PAIRS = [(100, 1000), (101, 1017), (102, 1003), (159, 1039)]


@pytest.fixture(scope="module")
def trained(ratings):
    """Towers of ids alone: an embedding and a dense layer each."""
    return tower().fit(ratings)


@pytest.fixture(scope="module")
def rows(trained: sl.TwoTower, tmp_path_factory: pytest.TempPathFactory) -> tuple[np.ndarray, np.ndarray]:
    """The embedding rows of the pairs' users and items."""
    bundle = tmp_path_factory.mktemp("bundle") / "model"
    trained.save(bundle)
    features = json.loads(pathlib.Path(bundle, "features.json").read_text())["features"]
    tokens = {entry["column"]: entry["feature"]["tokens"] for entry in features}
    row = {name: {token: i + 1 for i, token in enumerate(known)} for name, known in tokens.items()}  # row 0: unknown
    users, items = zip(*PAIRS, strict=True)
    return np.array([row["user"][str(user)] for user in users]), np.array([row["item"][str(item)] for item in items])


def check(trained, query, item, rating):
    users, items = (list(column) for column in zip(*PAIRS, strict=True))
    place = {item_id: i for i, item_id in enumerate(trained.item_ids_)}
    np.testing.assert_allclose(query, trained.embed_queries(users), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(item, trained.embed_items()[[place[i] for i in items]], rtol=1e-5, atol=1e-6)
    expected = trained.predict({"user": users, "item": items}, raw=True)
    np.testing.assert_allclose(np.ravel(rating), expected, rtol=1e-5)


def test_pytorch_computes_the_same(trained, rows, tmp_path):
    torch = pytest.importorskip("torch")
    load_file = pytest.importorskip("safetensors.torch").load_file
    trained.export(tmp_path / "weights.safetensors", to="safetensors")
    weights = load_file(tmp_path / "weights.safetensors")

    def dense(name):
        kernel = weights[f"{name}/kernel"]
        layer = torch.nn.Linear(*kernel.shape)
        layer.load_state_dict({"weight": kernel.T, "bias": weights[f"{name}/bias"]})
        return layer

    def side(name, feature, ids):
        return dense(f"{name}/dense")(weights[f"{name}/{feature}/embeddings"][torch.as_tensor(ids)])

    with torch.no_grad():
        query, item = side("query", "user", rows[0]), side("candidate", "item", rows[1])
        hidden = torch.relu(dense("ranking/rating/dense")(torch.cat([query, item], dim=1)))
        rating = dense("ranking/rating/prediction")(hidden)
    check(trained, query.numpy(), item.numpy(), rating.numpy())


def test_tensorflow_computes_the_same(trained, rows, tmp_path):
    tensorflow = pytest.importorskip("tensorflow")
    load_file = pytest.importorskip("safetensors.tensorflow").load_file
    trained.export(tmp_path / "weights.safetensors", to="safetensors")
    weights = load_file(tmp_path / "weights.safetensors")

    def dense(name, inputs):
        return inputs @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    def side(name, feature, ids):
        return dense(f"{name}/dense", tensorflow.gather(weights[f"{name}/{feature}/embeddings"], ids))

    query, item = side("query", "user", rows[0]), side("candidate", "item", rows[1])
    hidden = tensorflow.nn.relu(dense("ranking/rating/dense", tensorflow.concat([query, item], axis=1)))
    check(trained, query.numpy(), item.numpy(), dense("ranking/rating/prediction", hidden).numpy())


def test_tensorflow_reads_the_checkpoint(trained, tmp_path):
    tensorflow = pytest.importorskip("tensorflow")
    trained.export(tmp_path / "checkpoint/weights", to="tensorflow")
    trained.export(tmp_path / "weights.safetensors", to="safetensors")
    tensors = pytest.importorskip("safetensors.numpy").load_file(tmp_path / "weights.safetensors")
    reader = tensorflow.train.load_checkpoint(str(tmp_path / "checkpoint/weights"))
    values = [
        reader.get_tensor(name) for name in reader.get_variable_to_shape_map() if ".ATTRIBUTES/VARIABLE_VALUE" in name
    ]
    for name, tensor in tensors.items():
        assert any(np.array_equal(tensor, value) for value in values), name
