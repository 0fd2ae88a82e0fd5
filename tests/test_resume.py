"""A run goes on only with the data that it began with."""

import pytest

from evaluated import CONFIG, make_rows, write
from program import run


def resumed(folder, *arguments, code=3):
    return run("train", "c.toml", "--out", "run", "--resume", "--quiet", *arguments, cwd=folder, code=code).stderr


@pytest.fixture
def started(tmp_path):
    rows = make_rows(users=20)
    write(tmp_path / "a.csv", rows)
    write(tmp_path / "longer.csv", rows + rows[:10])
    write(tmp_path / "other.csv", [(u, i, 6 - r if n == 7 else r) for n, (u, i, r) in enumerate(rows)])
    (tmp_path / "c.toml").write_text(CONFIG)
    run("train", "c.toml", "--data", "a.csv", "--out", "run", "--quiet", cwd=tmp_path)
    return tmp_path


def test_a_run_is_not_resumed_on_another_table(started):
    weights = (started / "run" / "weights.safetensors").read_bytes()
    more = ["--set", "training.epochs=4"]
    assert "the table had 600 rows, now it has 610" in resumed(started, "--data", "longer.csv", *more)
    message = resumed(started, "--data", "other.csv", *more)
    assert "run/checkpoints/epoch-0003.safetensors: belongs to a run on other data: column 'rating' has different values" in message
    assert (started / "run" / "weights.safetensors").read_bytes() == weights
    resumed(started, "--data", "a.csv", *more, code=0)


def test_a_run_is_not_resumed_with_another_split(started):
    more = ["--data", "a.csv", "--set", "training.epochs=4"]
    assert "the split had 480 train, 60 validation and 60 test rows, now it has 420 train" in resumed(
        started, *more, "--set", "data.split.train=0.7")
    assert "the split assigns rows differently to train, validation and test" in resumed(started, *more, "--set", "data.split.seed=7")
