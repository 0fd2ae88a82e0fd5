"""Data larger than memory: rows and tables in mapped files give the same bytes, and a limit of memory holds."""

import re
import resource
import signal
import subprocess

import pytest

from program import CONFIG, PROGRAM, error, hashes, run

ROWS = 400_000  # so that a column has more than the bytes from which it is kept in a file
SHORT = ["--epochs", "1", "--threads", "2"]


def config(**training):
    """A config whose query is the user, with a user column in the split of times."""
    lines = "".join(f"{name} = {value}\n" for name, value in training.items())
    return CONFIG.replace("ratings.csv", "ratings/*.parquet").replace("batch     = 256", "batch = 4096\n" + lines)


@pytest.fixture(scope="session")
def large(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    run("synth", "--rows", ROWS, "--users", 8000, "--items", 2000, "--seed", 5, "--out", "ratings", "--shard-rows", 150_000,
        "--quiet", cwd=folder)
    assert sorted(path.name for path in (folder / "ratings").iterdir()) == [f"part-0000{i}.parquet" for i in range(3)]
    (folder / "plain.toml").write_text(config())
    run("train", "plain.toml", "--out", "plain", *SHORT, "--quiet", cwd=folder)
    return folder


def test_rows_in_files_give_the_same_bundle(large):
    done = run("train", "plain.toml", "--out", "cached", "--cache", "cache", *SHORT, cwd=large)
    size = re.search(r"up to (\d+)M of data were in files", done.stderr)
    assert size and int(size[1]) >= 20, done.stderr
    assert hashes(large / "cached") == hashes(large / "plain")
    assert not (large / "cache").exists()


def test_evaluation_with_rows_in_files_gives_the_same_figures(large):
    plain = run("evaluate", "plain", "--format", "json", cwd=large).stdout
    assert run("evaluate", "plain", "--format", "json", "--cache", "cache", cwd=large).stdout == plain


def test_an_existing_cache_folder_is_kept_with_what_it_contains(large, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    run("train", "plain.toml", "--out", tmp_path / "out", "--cache", tmp_path, *SHORT, "--quiet", cwd=large)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "out"]


def weights(bundle):
    return {name: digest for name, digest in hashes(bundle).items() if name.endswith(".safetensors")}


@pytest.mark.parametrize("optimizer", ["{ adagrad = 0.1 }", "{ adam = 0.01 }"])
def test_mapped_tables_give_the_same_weights(large, tmp_path, optimizer):
    settings = ["--set", f"training.optimizer={optimizer}", "--epochs", "2", "--threads", "2", "--quiet"]
    for out, storage in [("memory", "memory"), ("mapped", "mapped")]:
        run("train", "plain.toml", "--out", tmp_path / out, "--set", f'training.table_storage="{storage}"', *settings, cwd=large)
    assert weights(tmp_path / "memory") == weights(tmp_path / "mapped") != {}
    assert not (tmp_path / "mapped/run/cache").exists()


def test_a_run_in_memory_may_be_resumed_with_mapped_tables(large, tmp_path):
    run("train", "plain.toml", "--out", tmp_path / "whole", "--epochs", 2, "--quiet", cwd=large)
    run("train", "plain.toml", "--out", tmp_path / "two", "--epochs", 1, "--quiet", cwd=large)
    run("train", "plain.toml", "--out", tmp_path / "two", "--epochs", 2, "--resume", "--quiet", "--set",
        'training.table_storage="mapped"', cwd=large)
    assert weights(tmp_path / "whole") == weights(tmp_path / "two")


def test_shards_change_the_order_alone_and_not_with_threads_or_files(large, tmp_path):
    settings = ["--set", "training.shard_rows=40000", "--epochs", "2", "--quiet"]
    run("train", "plain.toml", "--out", tmp_path / "one", "--threads", 1, *settings, cwd=large)
    run("train", "plain.toml", "--out", tmp_path / "three", "--threads", 3, "--cache", tmp_path / "c", *settings, cwd=large)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "three")
    run("train", "plain.toml", "--out", tmp_path / "all", "--set", "training.shard_rows=400000", "--epochs", 1, "--quiet", cwd=large)
    assert weights(tmp_path / "all") == weights(large / "plain")


LIMIT = 230 << 20


def limited():
    resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))


def test_a_limit_that_is_too_small_in_memory_is_enough_with_files(tmp_path):
    """In memory, the private memory of this training reaches 340M, with files 190M."""
    run("synth", "--rows", 4 * ROWS, "--users", 32000, "--seed", 5, "--out", "ratings", "--shard-rows", ROWS, "--quiet", cwd=tmp_path)
    (tmp_path / "plain.toml").write_text(config().replace("validation = 0.1, test = 0.1", "validation = 10_000, test = 10_000"))
    command = ["train", "plain.toml", *SHORT, "--quiet", "--out"]
    failed = subprocess.run([PROGRAM, *command, "memory"], cwd=tmp_path, preexec_fn=limited, capture_output=True, text=True,
                            timeout=120)
    assert failed.returncode != 0 and "emory" in failed.stderr, failed.stderr
    run(*command, "files", "--max-memory", LIMIT, cwd=tmp_path)


def test_a_limit_that_is_too_small_is_refused_with_the_figure(large, tmp_path):
    message = error("train", "plain.toml", "--out", tmp_path / "a", "--max-memory", "2M", cwd=large, code=2)
    assert message == "--max-memory: got 2M, need at least 128M for any table"
    message = error("train", "plain.toml", "--out", tmp_path / "b", "--max-memory", "much", cwd=large, code=2)
    assert message == "--max-memory: got 'much', need a size such as 4G or 300M"
    message = error("train", "plain.toml", "--out", tmp_path / "c", "--max-memory", "400M", "--set", "features.title.dim=100000",
                    cwd=large, code=2)
    assert re.search(r"got 400M, but the parameters and the optimizer's state need \d\.\dG, and \d+M are in use; give it", message)
    assert 'training.table_storage = "mapped"' in message


def test_evaluate_needs_a_folder_for_a_limit(large):
    message = error("evaluate", "plain", "--max-memory", "4G", cwd=large, code=2)
    assert message == "--max-memory: needs --cache DIR, a folder for the data that are larger than memory"


def test_a_folder_that_cannot_be_written_is_named(large, tmp_path):
    (tmp_path / "file").write_text("")
    message = error("train", "plain.toml", "--out", tmp_path / "a", "--cache", tmp_path / "file/cache", cwd=large, code=1)
    assert message.startswith(f"cannot create the folder {tmp_path}/file/cache: ")


def test_a_killed_run_leaves_nothing_in_the_folder(large, tmp_path):
    process = subprocess.Popen([PROGRAM, "train", "plain.toml", "--out", tmp_path / "out", "--cache", tmp_path / "cache", "--json",
                                "--epochs", "50"], cwd=large, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if '"event":"epoch"' in line:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list((tmp_path / "cache").iterdir()) == []


def test_synth_does_not_write_between_the_files_of_others(large):
    message = error("synth", "--rows", 1000, "--out", "ratings", "--shard-rows", 100, cwd=large, code=2)
    assert re.fullmatch(r"ratings: contains part-0000\d.parquet already; need a folder without Parquet files", message)
