"""What `init` writes for three real tables beats popularity, and the biases of users and items, on the test rows.

The tables are looked for in SHORTLIST_DATA, or in ../shared/data, and the tests are skipped where they are not there.
The settings that `init` writes were chosen on the validation rows."""

import csv
import json
import os
import subprocess

import pytest

from program import PROGRAM, run

DATA = os.environ.get("SHORTLIST_DATA", os.path.join(os.path.dirname(__file__), "..", "..", "shared", "data"))


def movielens_100k(out):
    folder = os.path.join(DATA, "ml-100k")
    with open(os.path.join(folder, "u.genre"), encoding="latin-1") as file:
        genres = [line.split("|")[0] for line in file if "|" in line]
    items, users = {}, {}
    with open(os.path.join(folder, "u.item"), encoding="latin-1") as file:
        for line in file:
            part = line.rstrip("\n").split("|")
            items[part[0]] = (part[1], "|".join(genre for genre, has in zip(genres, part[5:]) if has == "1"))
    with open(os.path.join(folder, "u.user"), encoding="latin-1") as file:
        for line in file:
            part = line.rstrip("\n").split("|")
            users[part[0]] = part[1:]
    with open(out, "w", newline="") as file, open(os.path.join(folder, "u.data")) as data:
        writer = csv.writer(file)
        writer.writerow("user_id item_id rating timestamp title genres age gender occupation zip_code".split())
        for line in data:
            user, item, rating, time = line.split()
            writer.writerow([user, item, rating, time, *items[item], *users[user]])


def movielens_small(out):
    folder = os.path.join(DATA, "ml-latest-small")
    with open(os.path.join(folder, "movies.csv"), encoding="utf-8") as file:
        movies = {row["movieId"]: row for row in csv.DictReader(file)}
    with open(out, "w", newline="") as file, open(os.path.join(folder, "ratings.csv")) as data:
        writer = csv.writer(file)
        writer.writerow("userId movieId rating timestamp title genres".split())
        for row in csv.DictReader(data):
            movie = movies[row["movieId"]]
            writer.writerow([*row.values(), movie["title"], movie["genres"]])


def anime(out):
    os.symlink(os.path.abspath(os.path.join(DATA, "anime", "clean_data_with_ids.csv")), out)


def figures(task):
    return {name: figure["value"] for name, figure in task.items()}


@pytest.mark.parametrize("make, folder", [(movielens_100k, "ml-100k"), (movielens_small, "ml-latest-small"), (anime, "anime")])
def test_what_init_writes_beats_popularity_and_biases(tmp_path, make, folder):
    if not os.path.isdir(os.path.join(DATA, folder)):
        pytest.skip(f"no {folder} in {DATA}")
    make(tmp_path / "t.csv")
    run("init", "t.csv", "--out", "c.toml", cwd=tmp_path)
    done = subprocess.run([PROGRAM, "train", "c.toml", "--out", "b", "--quiet"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads(run("evaluate", "b", "--format", "json", cwd=tmp_path).stdout)
    assert report["split"] == "test" and report["list"]["drops_seen"]
    model, popular = figures(report["list"]["model"]), figures(report["list"]["baselines"][0]["figures"])
    assert report["list"]["baselines"][0]["name"] == "popularity"
    for k in (1, 5, 10, 50, 100):
        print(f"{folder}: top_{k} {model[f'top_{k}']:.4f}, popularity {popular[f'top_{k}']:.4f}")
    [ratings] = [task for task in report["tasks"] if task["task"] != "retrieval"]
    [biases] = [baseline for baseline in ratings["baselines"] if baseline["name"] == "user and item biases"]
    rmse, bias = figures(ratings["model"])["rmse"], figures(biases["figures"])["rmse"]
    print(f"{folder}: rmse {rmse:.4f}, biases {bias:.4f}")
    assert all(model[f"top_{k}"] > popular[f"top_{k}"] for k in (1, 5, 10, 50, 100))
    assert rmse < bias
