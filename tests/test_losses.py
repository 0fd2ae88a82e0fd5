"""The losses that a config can name: a model learns with each, and one that does not exist is an error that helps."""

import csv
import json
import pathlib
import re

import pytest
from program import error, place, rows_of, run, small  # noqa: F401: fixtures

# Those of the reference page, which is generated from the program's list.
REFERENCE = pathlib.Path(__file__).parent.parent / "docs" / "reference" / "config.md"
LOSSES = re.search(r"\| `loss` \| (mean_squared_error.*?) \| `", REFERENCE.read_text(encoding="utf-8"))[1].split(r" \| ")


@pytest.fixture(scope="module")
def shares(place, tmp_path_factory):
    """The small table and its config, with ratings from 0 to 1, which every loss takes."""
    folder = tmp_path_factory.mktemp("shares")
    rows = rows_of(place)
    most = max(float(row["rating"]) for row in rows)
    with open(folder / "ratings.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*rows[0].keys(), "class"])
        writer.writeheader()
        writer.writerows({**row, "rating": float(row["rating"]) / most, "class": int(4 * float(row["rating"]) / most)}
                         for row in rows)
    (folder / "config.toml").write_text((place / "config.toml").read_text())
    return folder


COMPARES_ROWS = [loss for loss in LOSSES if loss.startswith(("pairwise", "list"))]


@pytest.mark.parametrize("loss", LOSSES)
def test_a_model_learns_with_each_loss(shares, tmp_path, loss):
    classes = ["--set", 'ranking.0.label="class"', "--set", "ranking.0.classes=5"] if loss.startswith("categorical") else []
    run("train", "config.toml", "--out", tmp_path / "bundle", "--quiet", "--epochs", 6,
        "--set", f'ranking.0.loss="{loss}"', "--set", "retrieval.weight=0", *classes, cwd=shares)
    epochs = json.loads((tmp_path / "bundle" / "history.json").read_text())["epochs"]
    losses = [epoch["train"]["ranking_loss"] for epoch in epochs]
    # A loss over lists has a large part that no order can lower.
    assert losses[-1] < (1 if loss in COMPARES_ROWS else 0.97) * losses[0], losses


def test_a_loss_that_does_not_exist_is_an_error_with_the_list(small):
    message = error("train", "config.toml", "--set", 'ranking.0.loss="log_cos"', cwd=small, code=2)
    assert 'got "log_cos", need one of ' + ", ".join(LOSSES) in message
    assert 'did you mean "log_cosh"?' in message
