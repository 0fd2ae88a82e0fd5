"""Ranks that are lost while they train: what the others say, and the bytes after a restart."""

import contextlib
import os
import random
import re
import shutil
import signal
import time

import pytest
from program import CONFIG, hashes, run
from test_ranks import ALL, MODULE, children_of, end, meeting, ranks, wait_for  # noqa: F401 (a fixture)

pytestmark = pytest.mark.skipif(not MODULE.exists(), reason="built without Gloo (Debian: apt install libgloo-dev)")

# Some seconds of training, with checkpoints on the way.
SLOW = CONFIG.replace("epochs    = 3", "epochs    = 6").replace("batch     = 256", "batch     = 64")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a table, a config, and the bundle of one undisturbed rank."""
    folder = tmp_path_factory.mktemp("ranks")
    run("synth", "--rows", 4000, "--users", 60, "--items", 200, "--seed", 5, "--out", "ratings.csv", "--quiet", cwd=folder)
    (folder / "config.toml").write_text(CONFIG)
    (folder / "slow.toml").write_text(SLOW)
    run("train", "slow.toml", "--out", "slow-1", "--set", "training.batch_parts=8", "--quiet", cwd=folder)
    return folder


def launch(started, place, count, *arguments):
    return started.start("launch", "--ranks", count, *arguments, cwd=place)


def checkpoints(out):
    return list((out / "run/checkpoints").glob("*.safetensors"))


@pytest.mark.parametrize("lost", range(3) if ALL else [0, 2])
def test_a_killed_rank_costs_no_byte(ranks, place, tmp_path, lost):  # noqa: F811
    out = tmp_path / "out"
    driver = launch(ranks, place, 3, "--", "train", "slow.toml", "--out", out, "--quiet")
    pids = wait_for(lambda: checkpoints(out) and children_of(driver))
    time.sleep(random.random() / 2)
    os.kill(pids[lost], signal.SIGKILL)
    code, _, err = end(driver, 200)
    assert code == 0, err
    assert "starting all ranks again, 1 of 3" in err
    assert f"rank {lost} on " in err and "it was killed, or it crashed" in err
    assert hashes(out) == hashes(place / "slow-1")


@pytest.mark.skipif(not ALL, reason="set SHORTLIST_TEST_ALL=1")
def test_twenty_kills_cost_no_byte(ranks, place, tmp_path):  # noqa: F811
    out = tmp_path / "out"
    luck = random.Random(3)
    driver = launch(ranks, place, 2, "--restarts", 25, "--", "train", "slow.toml", "--out", out, "--quiet")
    kills = 0
    while kills < 20 and driver.poll() is None:
        time.sleep(luck.random() * 1.5)
        pids = children_of(driver)
        if len(pids) == 2:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pids[luck.randrange(2)], signal.SIGKILL)
                kills += 1
        time.sleep(0.3)
    code, _, err = end(driver, 300)
    assert code == 0 and err.count("starting all ranks again") >= 5, err
    assert hashes(out) == hashes(place / "slow-1")


def test_ctrl_c_saves_and_resume_continues(ranks, place, tmp_path):  # noqa: F811
    out = tmp_path / "out"
    driver = launch(ranks, place, 2, "--", "train", "slow.toml", "--out", out, "--quiet")
    wait_for(lambda: checkpoints(out))
    driver.send_signal(signal.SIGINT)
    code, _, err = end(driver, 60)
    assert code == 130 and "stopped all ranks" in err
    driver = launch(ranks, place, 2, "--", "train", "slow.toml", "--out", out, "--quiet", "--resume")
    assert end(driver, 200)[0] == 0
    assert hashes(out) == hashes(place / "slow-1")


def start_ranks(started, place, count, *arguments, cwd={}, limit=None):
    """The ranks of a training, each in its folder of `cwd`; those of `limit` cannot write files of more bytes."""
    where = meeting()
    processes = []
    for rank in range(count):
        before = ["prlimit", f"--fsize={limit[rank]}"] if limit and rank in limit else []
        processes.append(started.start(
            "train", *arguments, before=before, cwd=cwd.get(rank, place), SHORTLIST_RANK=rank, SHORTLIST_RANKS=count, **where))
    return processes


@pytest.mark.skipif(not shutil.which("prlimit"), reason="needs prlimit")
def test_a_full_disk_on_one_rank_ends_all(ranks, place, tmp_path):  # noqa: F811
    started = start_ranks(ranks, place, 2, "config.toml", "--out", tmp_path / "out", "--quiet", limit={0: 4096})
    begin = time.monotonic()
    results = [end(process, 60) for process in started]
    assert [code for code, _, _ in results] == [1, 1]
    assert "File too large" in results[0][2]
    assert re.search(r"shortlist: rank 1: rank 0 on .* ended: .*File too large", results[1][2]), results[1][2]
    assert time.monotonic() - begin < 30


def test_a_missing_table_on_one_rank_ends_all(ranks, place, tmp_path):  # noqa: F811
    other = tmp_path / "other"  # a machine without the table
    other.mkdir()
    shutil.copy(place / "config.toml", other)
    started = start_ranks(ranks, place, 2, "config.toml", "--out", tmp_path / "out", cwd={1: other})
    results = [end(process) for process in started]
    assert [code for code, _, _ in results] == [3, 3], results
    assert re.search(r"shortlist: rank 0: rank 1 on .* ended: .*ratings\.csv", results[0][2]), results
