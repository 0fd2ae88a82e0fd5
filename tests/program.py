"""The built program and a small bundle, for the tests that use it as a person does. SHORTLIST is the program's path."""

import csv
import hashlib
import os
import shutil
import subprocess

import pytest

PROGRAM = os.environ.get("SHORTLIST", os.path.join(os.path.dirname(__file__), "..", "build", "shortlist"))

CONFIG = """
[data]
table = "ratings.csv"
split = { train = 0.8, validation = 0.1, test = 0.1 }
user  = "user"

[features]
country     = { kind = "category", dim = 4 }
age_group   = { kind = "category", dim = 4 }
title       = { kind = "category", dim = 8 }
title_words = { kind = "text", column = "title", dim = 8 }

[query]
features = ["country", "age_group"]
layers   = [{ dense = 8 }]

[items]
id         = "title"
features   = ["title", "title_words"]
layers     = [{ dense = 8 }]
attributes = ["genres", "year"]

[retrieval]
reduction = "sum"
top_k = [1, 10, 50]

[[ranking]]
label  = "rating"
layers = [{ dense = 16, activation = "relu" }, { dropout = 0.1 }]

[training]
epochs    = 3
batch     = 256
optimizer = { adam = 0.01 }
"""

QUERY = ["--query", "country=Brazil", "--query", "age_group=25-34"]


def run(*arguments, cwd=None, code=0, **options):
    """Runs the program; checks its exit code, and that an error says so on standard error alone."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, text=True, capture_output=True, timeout=120, **options)
    if code is None:
        return done
    assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    if code != 0:
        assert "shortlist: " in done.stderr
        assert done.stdout == ""
    return done


def error(*arguments, cwd=None, code, **options):
    return run(*arguments, cwd=cwd, code=code, **options).stderr.split("shortlist: ", 1)[1].strip()


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """A folder with ratings.csv, config.toml and a trained bundle."""
    folder = tmp_path_factory.mktemp("program")
    run("synth", "--rows", 4000, "--users", 60, "--items", 200, "--seed", 5, "--out", "ratings.csv", "--quiet", cwd=folder)
    (folder / "config.toml").write_text(CONFIG)
    done = run("train", "config.toml", "--out", "bundle", "--threads", 2, cwd=folder)
    (folder / "train.stdout").write_text(done.stdout)
    (folder / "train.stderr").write_text(done.stderr)
    return folder


@pytest.fixture
def small(place, tmp_path):
    """A folder of its own with the table and the config, to spoil."""
    shutil.copy(place / "ratings.csv", tmp_path)
    shutil.copy(place / "config.toml", tmp_path)
    return tmp_path


def rows_of(place):
    with open(place / "ratings.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def hashes(bundle):
    """SHA-256 of every file of the bundle; times and paths live in run/, outside."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(bundle.iterdir())
        if path.is_file()
    }
