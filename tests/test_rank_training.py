"""Training over several ranks: the bytes of one rank, whatever happens to the ranks."""

import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import time

import pytest

from program import PROGRAM, hashes, place, run, small

pytestmark = pytest.mark.skipif(
    not (pathlib.Path(PROGRAM).parent / "libshortlist_gloo.so").exists(),
    reason="built without Gloo (Debian: apt install libgloo-dev)",
)
ALL = bool(os.environ.get("SHORTLIST_TEST_ALL"))
EPOCHS = ["--epochs", "3"]
PARTS = ["--set", "training.batch_parts=8"]


@pytest.fixture(scope="session")
def one_rank(place):
    run("train", "config.toml", "--out", "one_rank", *EPOCHS, *PARTS, "--quiet", cwd=place)
    return hashes(place / "one_rank")


def launch(folder, ranks, *arguments, out="bundle"):
    return subprocess.run(
        [PROGRAM, "launch", "--ranks", str(ranks), "--", "train", "config.toml", "--out", out, *EPOCHS, "--quiet", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=300,
    )


@pytest.mark.parametrize("ranks", [2, 3, 4] if ALL else [2, 3])
def test_a_bundle_has_the_same_bytes_with_any_number_of_ranks(small, one_rank, ranks):
    done = launch(small, ranks)
    assert done.returncode == 0, done.stderr
    assert hashes(small / "bundle") == one_rank


def test_ranks_keep_large_data_in_files_of_one_folder(small, one_rank):
    cache = small / "cache"
    done = launch(small, 2, "--cache", str(cache), "--set", 'training.table_storage="mapped"')
    assert done.returncode == 0, done.stderr
    assert hashes(small / "bundle")["weights.safetensors"] == one_rank["weights.safetensors"]
    assert not cache.exists() or not list(cache.iterdir())


def test_a_profile_has_the_bytes_between_ranks(small):
    done = launch(small, 2, "--profile")
    assert done.returncode == 0, done.stderr
    assert re.search(r"exchanges between ranks", done.stdout + done.stderr)


def ranks_of(driver):
    """The processes of a launch, by rank."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if int((path / "stat").read_text().rsplit(")", 1)[1].split()[1]) == driver.pid:
                variables = dict(v.split("=", 1) for v in (path / "environ").read_text().split("\0") if "=" in v)
                found[int(variables["SHORTLIST_RANK"])] = int(path.name)
        except (OSError, IndexError, ValueError, KeyError):
            pass
    return found


@pytest.mark.parametrize("lost", [0, 1])
def test_a_killed_rank_ends_in_the_same_bytes(small, one_rank, lost):
    for trial in range(20 if ALL else 2):
        out = f"killed_{trial}"
        driver = subprocess.Popen(
            [PROGRAM, "launch", "--ranks", "2", "--", "train", "config.toml", "--out", out, *EPOCHS, "--quiet"],
            cwd=small, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        until = time.monotonic() + 10
        while len(ranks_of(driver)) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(random.random())
        victim = ranks_of(driver).get(lost)
        if victim:
            os.kill(victim, signal.SIGKILL)
        _, words = driver.communicate(timeout=120)
        assert driver.returncode == 0, words
        assert hashes(small / out) == one_rank, words


def test_ranks_refuse_each_other_if_config_or_table_differ(small):
    for name, change in [("the config", ("config.toml", lambda text: text.replace("dim = 8", "dim = 12", 1))),
                         ("of the table", ("ratings.csv", lambda text: text.rsplit("\n", 2)[0] + "\n"))]:
        other = small / "other"
        other.mkdir(exist_ok=True)
        for file in ["config.toml", "ratings.csv"]:
            text = (small / file).read_text()
            (other / file).write_text(change[1](text) if file == change[0] else text)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        started = [
            subprocess.Popen(
                [PROGRAM, "train", "config.toml", "--out", "bundle", *EPOCHS, "--quiet", "--rank", str(rank), "--ranks", "2",
                 "--meet", f"127.0.0.1:{port}", "--job", "test"],
                cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for rank, folder in enumerate([small, other])
        ]
        for rank, process in enumerate(started):
            _, words = process.communicate(timeout=60)
            assert process.returncode == 2 and f"rank {rank}: " in words and name in words, words


CLASSIC = """
[data]
table = "ratings.csv"
split = { train = 0.8, validation = 0.1, test = 0.1 }
user  = "user"

[features]
user = { kind = "category" }

[query]
features = ["user"]

[items]
id = "title"

[model]
kind = "KIND"
"""


def test_ials_has_the_same_bytes_with_any_number_of_ranks(small):
    (small / "config.toml").write_text(CLASSIC.replace("KIND", "ials") + "factors = 8\nepochs = 3\n")
    run("train", "config.toml", "--out", "one", "--quiet", cwd=small)
    for ranks in [2, 3]:
        done = subprocess.run([PROGRAM, "launch", "--ranks", str(ranks), "--", "train", "config.toml", "--out", f"of_{ranks}", "--quiet"],
                              cwd=small, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert hashes(small / f"of_{ranks}") == hashes(small / "one")


def test_other_classics_say_that_they_train_on_one_rank(small):
    (small / "config.toml").write_text(CLASSIC.replace("KIND", "popularity"))
    done = subprocess.run([PROGRAM, "launch", "--ranks", "2", "--", "train", "config.toml", "--out", "popular"], cwd=small,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and 'model.kind = "popularity" trains on one rank, got 2' in done.stderr


def test_a_number_of_parts_is_a_power_of_two(small):
    done = subprocess.run([PROGRAM, "train", "config.toml", "--out", "odd", "--set", "training.batch_parts=6"], cwd=small,
                          capture_output=True, text=True)
    assert done.returncode == 2 and "training.batch_parts: got 6, need a power of two" in done.stderr


def test_the_bundle_says_in_how_many_parts_it_was_trained(place, one_rank):
    assert "batch_parts = 8" in (place / "one_rank/config.toml").read_text()
    assert json.loads((place / "one_rank/manifest.json").read_text())
