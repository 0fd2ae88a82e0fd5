"""The same bytes with any number of threads, and after a run was stopped or killed."""

import signal
import subprocess

import pytest

from program import PROGRAM, hashes, place, run, small


def test_a_bundle_has_the_same_bytes_with_any_number_of_threads(place, tmp_path):
    expected = hashes(place / "bundle")  # with 2 threads
    assert len(expected) > 10
    for threads in [1, 2, 3, 8]:
        out = tmp_path / f"threads_{threads}"
        run("train", "config.toml", "--out", out, "--threads", threads, "--quiet", cwd=place)
        assert hashes(out) == expected, f"{threads} threads"


def start_training(folder, *arguments):
    process = subprocess.Popen([PROGRAM, "train", "config.toml", "--out", "bundle", "--json", *arguments], cwd=folder,
                               text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for line in process.stdout:
        if '"event":"epoch"' in line:
            return process
    raise AssertionError(process.stderr.read())


LONG = ["--epochs", "8", "--set", "training.batch=32"]


@pytest.fixture(scope="session")
def long_run(place):
    run("train", "config.toml", "--out", "long", *LONG, "--quiet", cwd=place)
    return hashes(place / "long")


def test_ctrl_c_saves_and_resume_ends_with_the_same_bytes(small, long_run):
    process = start_training(small, *LONG)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 130
    command = words.strip().splitlines()[-1].split()
    assert command[-1] == "--resume" and "--out bundle" in " ".join(command)
    assert not (small / "bundle/manifest.json").exists()
    run(*command[1:], cwd=small)
    assert hashes(small / "bundle") == long_run


def test_a_killed_run_goes_on_where_its_last_checkpoint_stands(small, long_run):
    process = start_training(small, *LONG)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL and not (small / "bundle/manifest.json").exists()
    run("train", "config.toml", "--out", "bundle", *LONG, "--resume", "--quiet", cwd=small)
    assert hashes(small / "bundle") == long_run


def test_two_trainings_do_not_write_to_one_place(small, long_run):
    process = start_training(small, *LONG)
    second = run("train", "config.toml", "--out", "bundle", *LONG, "--resume", cwd=small, code=2)
    assert "bundle: another training is writing to this folder" in second.stderr
    process.communicate(timeout=60)
    assert process.returncode == 0 and hashes(small / "bundle") == long_run
