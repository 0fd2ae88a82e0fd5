"""`train --from`: a training that begins with the weights of an earlier model."""

import json
import random

import numpy as np
import pytest

from program import error, run
from tables import config

OLD = ["a", "b", "c", "d"]
NEW = ["b", "c", "d", "e", "f"]  # "a" has left, "e" is new, "f" is rare


def table(items, rare, seed):
    draw = random.Random(seed)
    rows = [(draw.randrange(6), item, draw.randint(1, 5)) for item in items for _ in range(60)]
    rows += [(1, item, 3) for item in rare]
    draw.shuffle(rows)
    return "user,item,rating\n" + "".join(f"u{user},{item},{rating}\n" for user, item, rating in rows)


def weights(folder, bundle):
    """The tables of the bundle by token, and all other weights."""
    features = json.loads((folder / bundle / "features.json").read_text())["features"]
    tokens = {entry["name"]: entry["feature"]["tokens"] for entry in features}
    run("export", bundle, "--to", "safetensors", "--out", f"{bundle}.safetensors", cwd=folder)
    data = (folder / f"{bundle}.safetensors").read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + size])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        if entry["dtype"] == "F32":
            tensors[name] = np.frombuffer(data[8 + size + begin:8 + size + end], np.float32).reshape(entry["shape"])
    return tokens, tensors


def rows_of(folder, bundle, feature, tower):
    tokens, tensors = weights(folder, bundle)
    table = next(value for name, value in tensors.items() if name.endswith(f"{tower}/{feature}/embeddings"))
    return dict(zip(["[UNK]", *tokens[feature]], table))


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("growth")
    text = config().replace('item = { kind = "category", dim = 4 }', 'item = { kind = "category", dim = 4, minimum_count = 3 }')
    (folder / "in.toml").write_text(text)
    (folder / "in.csv").write_text(table(OLD, [], 1))
    run("train", "in.toml", "--out", "old", "--quiet", cwd=folder)
    (folder / "new.csv").write_text(table(["c", "d", "e"], ["b", "b", "f"], 2))
    # So small a rate that the weights are those at the beginning.
    still = ["--set", "training.optimizer={sgd=1e-12}", "--set", "data.split={train=1,validation=0,test=0}"]
    run("train", "in.toml", "--data", "new.csv", "--from", "old", "--out", "new", "--quiet", *still, cwd=folder)
    run("train", "in.toml", "--data", "new.csv", "--from", "old", "--keep-values", "--out", "kept", "--quiet", *still,
        cwd=folder)
    return folder


def test_known_values_keep_their_rows_and_new_ones_begin_with_the_mean(grown):
    before, after = rows_of(grown, "old", "item", "candidate"), rows_of(grown, "new", "item", "candidate")
    assert set(before) == {"[UNK]", "a", "b", "c", "d"}
    # "b" is known, so it may be rare; "f" is as rare and new.
    assert set(after) == {"[UNK]", "b", "c", "d", "e"}
    for value in ("[UNK]", "b", "c", "d"):
        np.testing.assert_allclose(after[value], before[value], atol=1e-6)
    np.testing.assert_allclose(after["e"], np.mean([before[value] for value in OLD], axis=0), atol=1e-6)


def test_values_that_the_table_no_longer_has_are_kept_if_asked_for(grown):
    before, after = rows_of(grown, "old", "item", "candidate"), rows_of(grown, "kept", "item", "candidate")
    assert set(after) == {"[UNK]", "a", "b", "c", "d", "e"}
    np.testing.assert_allclose(after["a"], before["a"], atol=1e-6)


def test_other_weights_are_those_of_the_earlier_model(grown):
    before, after = weights(grown, "old")[1], weights(grown, "new")[1]
    # The export of a ranking's last layer includes the scale of the label, which is that of the new table.
    dense = [name for name in before if name.endswith(("kernel", "bias")) and "prediction" not in name]
    assert len(dense) >= 6
    for name in dense:
        np.testing.assert_allclose(after[name], before[name], atol=1e-6)


def test_it_goes_on_training(grown):
    run("train", "in.toml", "--data", "new.csv", "--from", "old", "--out", "trained", "--quiet", "--epochs", "2", cwd=grown)
    before, after = rows_of(grown, "old", "item", "candidate"), rows_of(grown, "trained", "item", "candidate")
    assert not np.allclose(before["c"], after["c"])


def test_models_that_do_not_match_are_errors(grown):
    train = lambda *settings: error("train", "in.toml", "--from", "old", "--out", "x", *settings, cwd=grown, code=2)
    assert "has no parameter 'candidate/dense_1/kernel'" in train("--set", "items.layers=[{dense=8},{dense=8}]")
    assert "'candidate/item/embeddings' is 5 x 4 in the earlier model, but 5 x 5 now" in train("--set", "features.item.dim=5")
    assert "its query has the features user, but that of the config has item" in train("--set", 'query.features=["item"]')
    message = train("--set", 'features.item={kind="hashed",buckets=9,dim=4}')
    assert "feature 'item' is of kind hashed" in message
    assert "missing: " in error("train", "in.toml", "--from", "missing", "--out", "x", cwd=grown, code=3)


def test_a_new_value_begins_like_known_ones_that_share_a_feature(tmp_path):
    text = config(features='genre = { kind = "category", dim = 4 }').replace('features = ["item"]', 'features = ["item", "genre"]')
    (tmp_path / "in.toml").write_text(text)
    genres = {"a": "war", "b": "war", "c": "drama", "d": "drama", "new": "war"}

    def write(name, items):
        draw = random.Random(7)
        rows = [(draw.randrange(6), item, genres[item], draw.randint(1, 5)) for item in items for _ in range(60)]
        draw.shuffle(rows)
        lines = "".join(f"u{user},{item},{genre},{rating}\n" for user, item, genre, rating in rows)
        (tmp_path / name).write_text("user,item,genre,rating\n" + lines)

    write("in.csv", "abcd")
    run("train", "in.toml", "--out", "old", "--quiet", cwd=tmp_path)
    write("new.csv", ["a", "b", "c", "d", "new"])
    run("train", "in.toml", "--data", "new.csv", "--from", "old", "--out", "new", "--quiet", "--set",
        "training.optimizer={sgd=1e-12}", cwd=tmp_path)
    before, after = rows_of(tmp_path, "old", "item", "candidate"), rows_of(tmp_path, "new", "item", "candidate")
    np.testing.assert_allclose(after["new"], (before["a"] + before["b"]) / 2, atol=1e-6)
