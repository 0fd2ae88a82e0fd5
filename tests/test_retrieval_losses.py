"""The losses and negatives that [retrieval] can name: a model learns with each, with the same bytes for any number of
threads and after a stop, and settings that contradict each other are errors."""

import json
import pathlib
import re

import pytest
from program import error, hashes, place, run, small  # noqa: F401: fixtures

# Those of the reference page, which is generated from the program's list.
REFERENCE = pathlib.Path(__file__).parent.parent / "docs" / "reference" / "config.md"
LOSSES = re.search(r"\| `loss` \| (in_batch_softmax.*?) \| `", REFERENCE.read_text(encoding="utf-8"))[1].split(r" \| ")
NORMALIZED = ["--set", "query.layers=[{ dense = 8 }, { l2_normalize = true }]",
              "--set", "items.layers=[{ dense = 8 }, { l2_normalize = true }]"]
SOURCES = {
    "mixed": ["--set", "retrieval.negatives={ uniform = 20, popularity = 20, earlier = 300 }",
              "--set", "retrieval.sampling_correction=true"],
    "user": ["--set", 'retrieval.accidental_hits="user"'],
    "streaming": ["--set", "retrieval.sampling_correction=true", "--set", 'retrieval.sampling_estimate="streaming"'],
    "per pair": ["--set", 'retrieval.loss="sampled_softmax"',
                 "--set", "retrieval.negatives={ popularity = 5, per_pair = true }"],
    "cosine": ["--set", 'retrieval.loss="cosine_contrastive"', *NORMALIZED],
}


def train(folder, out, *arguments):
    run("train", "config.toml", "--out", out, "--quiet", "--epochs", 6, *arguments, cwd=folder)
    return json.loads((out / "history.json").read_text())["epochs"]


def assert_learns(epochs):
    for part in ["train", "validation"]:
        losses = [epoch[part]["retrieval_loss"] for epoch in epochs]
        assert losses[-1] < 0.99 * losses[0], (part, losses)


def test_the_page_lists_the_losses():
    assert len(LOSSES) == 8 and "full_softmax" in LOSSES


@pytest.mark.parametrize("loss", LOSSES)
def test_a_model_learns_with_each_loss(small, tmp_path, loss):
    normalized = NORMALIZED if loss == "cosine_contrastive" else []
    assert_learns(train(small, tmp_path / "bundle", "--set", f'retrieval.loss="{loss}"', *normalized))


@pytest.mark.parametrize("source", SOURCES)
def test_a_model_learns_with_negatives_of_each_source(small, tmp_path, source):
    assert_learns(train(small, tmp_path / "bundle", *SOURCES[source]))


def test_a_model_learns_slowly_with_hard_negatives(small, tmp_path):
    epochs = train(small, tmp_path / "bundle", "--set", "retrieval.hard_negatives=120", "--set", 'retrieval.accidental_hits="item"')
    assert epochs[-1]["train"]["retrieval_loss"] < epochs[0]["train"]["retrieval_loss"]


@pytest.mark.parametrize("source", ["mixed", "user", "per pair"])
def test_negatives_have_the_same_bytes_with_any_number_of_threads(small, tmp_path, source):
    for threads in [1, 3]:
        train(small, tmp_path / str(threads), "--threads", threads, *SOURCES[source])
    assert hashes(tmp_path / "1") == hashes(tmp_path / "3")


@pytest.mark.parametrize("settings, message", [
    (['retrieval.loss="bpr"', "retrieval.negatives={ uniform = 0 }"], "got no negatives, but bpr needs some"),
    (['retrieval.loss="full_softmax"', "retrieval.negatives={ uniform = 5 }"], "which compares with all items"),
    (['retrieval.loss="bpr"', "retrieval.hard_negatives=3"], "is for in_batch_softmax, but the loss is bpr"),
    (["retrieval.negatives={ in_batch = false }"], "use sampled_softmax"),
    (['retrieval.loss="cosine_contrastive"'], "both towers need l2_normalize as their last layer"),
    (['retrieval.sampling_estimate="streaming"'], "needs sampling_correction = true"),
])
def test_settings_that_contradict_each_other_are_errors(small, settings, message):
    arguments = [part for setting in settings for part in ("--set", setting)]
    assert message in error("train", "config.toml", *arguments, cwd=small, code=2)
