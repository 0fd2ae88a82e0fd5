"""Signals, closed standard streams, a machine that says no, and files that change while they are in use."""

import os
import resource
import shutil
import signal
import subprocess
import threading
import time

import pytest

from program import CONFIG, PROGRAM, QUERY, error, hashes, place, run, small
from serving import serving

LONG = ["--epochs", "8", "--set", "training.batch=32"]


def start_training(folder, before=None):
    process = subprocess.Popen([PROGRAM, "train", "config.toml", "--out", "bundle", "--json", *LONG], cwd=folder, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=before)  # fmt: skip
    for line in process.stdout:
        if '"event":"epoch"' in line:
            return process
    raise AssertionError(process.stderr.read())


def test_a_terminal_that_closes_stops_a_training_in_good_order(small):
    run("train", "config.toml", "--out", "whole", *LONG, "--quiet", cwd=small)
    process = start_training(small)
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGHUP)  # the shell and the terminal may each send one
    _, words = process.communicate(timeout=60)
    assert process.returncode == 130 and "--resume" in words
    run("train", "config.toml", "--out", "bundle", *LONG, "--resume", "--quiet", cwd=small)
    assert hashes(small / "bundle") == hashes(small / "whole")


def test_nohup_keeps_a_training_alive(small):
    process = start_training(small, lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=120)
    assert process.returncode == 0 and (small / "bundle/manifest.json").exists()


# Standard streams


def closed(*streams):
    """For preexec_fn: closes these streams."""

    def close():
        for stream in streams:
            os.close(stream)

    return close


COMMANDS = {
    "inspect": ["inspect", "ratings.csv"],
    "convert": ["convert", "ratings.csv", "--out", "out.parquet"],
    "init": ["init", "ratings.csv", "--out", "new.toml"],
    "describe": ["describe", "config.toml"],
    "train": ["train", "config.toml", "--out", "new", "--epochs", "1"],
    "evaluate": ["evaluate", "bundle"],
    "recommend": ["recommend", "bundle", *QUERY],
    "queries": ["recommend", "bundle", "--queries", "ratings.csv", "--out", "answers.csv"],
    "predict": ["predict", "bundle", "--data", "ratings.csv", "--out", "predicted.csv"],
    "similar": ["similar", "bundle", "nothing like it"],
    "embed": ["embed", "bundle", "--items", "--out", "items.npy"],
    "export": ["export", "bundle", "--to", "safetensors", "--out", "model.safetensors"],
    "synth": ["synth", "--rows", "100", "--out", "synth.csv"],
    "wrong": ["recommend", "bundle", "--query", "contry=Chile"],
    "help": ["--help"],
}


@pytest.fixture(scope="module")
def codes(place):
    """What each command ends with when its streams are open."""

    def code(arguments):
        return subprocess.run([PROGRAM, *arguments], cwd=place, capture_output=True, timeout=120).returncode

    found = {}
    for name, arguments in COMMANDS.items():
        shutil.rmtree(place / "new", ignore_errors=True)
        (place / "new.toml").unlink(missing_ok=True)
        found[name] = code(arguments)
    wrong = {"wrong": 2, "similar": 2}
    assert all(code == wrong.get(name, 0) for name, code in found.items()), list(found.items())
    return found


@pytest.mark.parametrize("streams", [(2,), (1, 2), (0, 1, 2)])
def test_closed_standard_streams_change_nothing(place, codes, streams):
    for name, arguments in COMMANDS.items():
        shutil.rmtree(place / "new", ignore_errors=True)
        (place / "new.toml").unlink(missing_ok=True)
        done = subprocess.run([PROGRAM, *arguments], cwd=place, preexec_fn=closed(*streams), stdin=subprocess.DEVNULL, timeout=120)
        assert done.returncode == codes[name], name
    table = (place / "answers.csv").read_text()
    assert "shortlist:" not in table and " rows in " not in table  # no message went into a file


def test_messages_that_cannot_be_shown_end_nothing(place, codes):
    for name, arguments in COMMANDS.items():
        shutil.rmtree(place / "new", ignore_errors=True)
        (place / "new.toml").unlink(missing_ok=True)
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, *arguments], cwd=place, stdout=subprocess.DEVNULL, stderr=full, timeout=120)
        assert done.returncode == codes[name], name


def test_an_answer_that_cannot_be_written_is_a_failure(place):
    for arguments in (["--help"], ["--version"], ["recommend", "--help"], ["recommend", "bundle", *QUERY], ["describe", "config.toml"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, *arguments], cwd=place, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        assert done.returncode == 1, arguments
        assert "cannot write to standard output: No space left on device" in done.stderr


# A machine that says no


def test_threads_that_cannot_be_started_are_an_error(place):
    def huge_stacks():  # which do not fit into the address space
        resource.setrlimit(resource.RLIMIT_STACK, (1 << 46, resource.RLIM_INFINITY))

    message = error("evaluate", "bundle", "--threads", 4, cwd=place, code=1, preexec_fn=huge_stacks)
    assert "cannot start a thread: " in message


@pytest.mark.parametrize("gibibytes", [1, 2, 3, 5, 8])
def test_a_server_whose_threads_cannot_be_started_ends_with_an_error(place, gibibytes):
    def little_room():  # for the threads' stacks of 64 MiB
        resource.setrlimit(resource.RLIMIT_STACK, (64 << 20, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_AS, (gibibytes << 30, resource.RLIM_INFINITY))

    message = error("serve", "bundle", "--port", 0, "--threads", 100, cwd=place, code=1, preexec_fn=little_room)
    assert "cannot start a thread: " in message or "out of memory" in message


# Files that change while they are in use


def test_a_bundle_that_is_overwritten_in_place_is_served_as_it_was(small):
    (small / "config.toml").write_text(CONFIG.replace("epochs    = 3", "epochs = 1"))
    for name, seed in (("bundle", 1), ("other", 2)):
        run("train", "config.toml", "--out", name, "--seed", seed, "--set", "retrieval.index=hnsw", "--quiet", cwd=small)
    body, end = {"query": {"country": "Brazil"}, "k": 20}, threading.Event()
    with serving("bundle", "--no-watch", "--threads", 2, cwd=small) as server:
        _, _, expected = server.post("/v1/recommend", body)
        wrong = []

        def ask():
            connection = server.connect()
            while not end.is_set():
                status, _, answer = server.post("/v1/recommend", body, connection=connection)
                if status != 200 or answer["items"] != expected["items"]:
                    wrong.append((status, answer))

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for name in 3 * ("other", "bundle-of-nothing"):
            for path in (small / "bundle").iterdir():
                if path.is_file():  # over the same file: cut first, then written, as cp does
                    path.write_bytes((small / name / path.name).read_bytes() if name == "other" else b"")
            time.sleep(0.1)
        end.set()
        for thread in threads:
            thread.join()
        assert not wrong, wrong[0]
        assert server.post("/v1/recommend", body)[2]["items"] == expected["items"]


def test_a_bundle_that_is_replaced_while_it_is_read_is_one_of_the_two(small):
    (small / "config.toml").write_text(CONFIG.replace("epochs    = 3", "epochs = 1"))
    run("train", "config.toml", "--out", "bundle", "--quiet", cwd=small)
    process = subprocess.Popen(["sh", "-c", f'for i in 2 3 4; do "{PROGRAM}" train config.toml --out bundle --resume --quiet --epochs $i || exit 1; done'],
                               cwd=small, stdout=subprocess.DEVNULL)  # fmt: skip
    asked = 0
    while process.poll() is None:
        run("recommend", "bundle", *QUERY, cwd=small)
        asked += 1
    assert process.returncode == 0 and asked > 3
