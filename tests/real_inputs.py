"""Inputs from real life: tables from public bug reports and questions, and what a person does with them.

They are looked for in SHORTLIST_CASES, or in ../shared/cases next to the repository. Tests are skipped where they are absent."""

import collections
import csv
import gzip
import json
import os
import pathlib

import pytest

from program import run

HERE = pathlib.Path(__file__).resolve().parent
CASES = pathlib.Path(os.environ.get("SHORTLIST_CASES", HERE.parent.parent / "shared" / "cases"))


def case(name):
    """The path of an input: a file or a folder of the cases."""
    path = CASES / name
    if not path.exists():
        pytest.skip(f"no {name} in {CASES}")
    return path


def rows_of(path, delimiter=",", names=None):
    """The rows of a text table as Python's csv module reads them: texts, each as it is written."""
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, names, delimiter=delimiter))


def counts(path, column, **options):
    """How often each value of a column occurs, blanks aside."""
    found = collections.Counter(row[column] for row in rows_of(path, **options))
    found.pop("", None)
    return found


def inspected(table, *arguments):
    """(number of rows, {name: column}); each column's `counts` are its values and how often they occur."""
    done = json.loads(run("inspect", table, "--format", "json", "--top", 5000, *arguments).stdout)
    columns = {column["name"]: column for column in done["columns"]}
    for column in columns.values():
        column["counts"] = {entry["value"]: entry["rows"] for entry in column["most_frequent"]}
    return done["rows"], columns


def init(folder, table, *arguments):
    """The text of the config that `init` writes as c.toml."""
    (folder / "c.toml").unlink(missing_ok=True)
    run("init", table, "--out", "c.toml", *arguments, cwd=folder)
    return (folder / "c.toml").read_text()


def train(folder, *arguments, out="bundle", epochs=1):
    """Trains c.toml; returns what it said."""
    run_arguments = ["train", "c.toml", "--out", out, "--threads", 1, "--set", f"training.epochs={epochs}", *arguments]
    return run(*run_arguments, cwd=folder).stderr


def recommended(folder, *queries, bundle="bundle", more=()):
    """(items, what was said) of a query whose values are column=value. That there are no more items is not said."""
    asked = [part for query in queries for part in ("--query", query)]
    done = run("recommend", bundle, *asked, "-k", 1000, "--keep-seen", "--format", "json", *more, cwd=folder)
    said = [line for line in done.stderr.splitlines(True) if " 1000 items " not in line]
    return json.loads(done.stdout)["items"], "".join(said)


def ids(folder, *queries, **options):
    """The catalogue of a bundle: the ids of a list of all items."""
    return {item["id"] for item in recommended(folder, *queries, **options)[0]}


def answers(folder, table, *arguments, bundle="bundle", k=100):
    """(rows, what was said) of a table of queries."""
    done = run("recommend", bundle, "--queries", table, "-k", k, "--keep-seen", "--format", "csv", *arguments, cwd=folder)
    return list(csv.DictReader(done.stdout.splitlines())), done.stderr
