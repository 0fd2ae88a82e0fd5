#!/usr/bin/env python3
"""The quality of Shortlist's examples beside that of other libraries, on the same rows, by the same figures.

    SHORTLIST=build/shortlist benchmarks/quality.py DATA [--seeds 3] [--peers PYTHON]... [--only NAME] [--json]

DATA has the folders anime and ml-100k. Each table is split once, and the parts are written to a temporary folder, which
every contender reads. A PYTHON is the interpreter of a virtual environment with one or more of implicit, scikit-surprise
and RecTools; peers that it lacks are skipped.

Figures are computed here, from ranked lists: a user's training and validation items are left out of the lists. For
anime each test row counts (hit@k: its item is among the first k); for ML-100K each user (NDCG@10 and precision@10 of
the user's test items). RMSE is over the test rows. Settings were chosen on validation rows; nothing is refitted."""

import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).parent.parent
PROGRAM = os.environ.get("SHORTLIST", ROOT / "build/shortlist")


def read_anime(data):
    with open(data / "anime/clean_data_with_ids.csv", newline="") as file:
        rows = [(r["User_ID"], r["Anime_ID"], r["name"], r["Feedback"]) for r in csv.DictReader(file)]
    part = np.repeat(["train", "validation", "test"], [240_000, 55_000, len(rows) - 295_000])
    np.random.default_rng(42).shuffle(part)
    return ["User_ID", "Anime_ID", "name", "Feedback", "part"], [(*row, p) for row, p in zip(rows, part, strict=True)]


def read_movielens(data):
    """Three quarters of each user's ratings are known. There are no validation rows: all settings are published ones."""
    with open(data / "ml-100k/u.data", newline="") as file:
        rows = [tuple(row) for row in csv.reader(file, delimiter="\t")]
    users, random = np.array([row[0] for row in rows]), np.random.default_rng(42)
    part = np.full(len(rows), "train", dtype="U10")
    for user in sorted(set(users), key=int):
        own = np.flatnonzero(users == user)
        random.shuffle(own)
        part[own[: int(np.ceil(0.25 * len(own)))]] = "test"
    return ["user_id", "movie_id", "rating", "timestamp", "part"], [(*r, p) for r, p in zip(rows, part, strict=True)]


TASKS = {
    "anime": {"read": read_anime, "user": "User_ID", "item": "Anime_ID", "label": "Feedback", "ease_l2": 200,
              "configs": {"examples/anime/users.toml": "EASE and biased MF"}},
    "ml-100k": {"read": read_movielens, "user": "user_id", "item": "movie_id", "label": "rating", "ease_l2": 300,
                "configs": {"examples/movielens/ease.toml": "EASE"}},
}


class Judge:
    """Computes the figures of ranked lists and predicted labels."""

    def __init__(self, task, header, rows):
        at = {name: i for i, name in enumerate(header)}
        self.task = task
        pairs = [(r[at[task["user"]]], r[at[task["item"]]], r[at["part"]], float(r[at[task["label"]]])) for r in rows]
        self.known, self.test, self.labels = {}, {}, []
        for user, item, part, label in pairs:
            (self.test if part == "test" else self.known).setdefault(user, []).append(item)
            if part == "test":
                self.labels.append(label)
        self.users = sorted(self.test)
        unseen_by_training = {}
        for user, _, part, _ in pairs:
            unseen_by_training[user] = unseen_by_training.get(user, 0) + (part == "validation")
        self.length = 100 + max(unseen_by_training.values())  # so that 100 are left without the validation items

    def of_lists(self, lists):
        hits, ndcg, precision = {10: [], 100: []}, [], []
        discounts = 1 / np.log2(np.arange(2, 12))
        for user in self.users:
            known, wanted = set(self.known.get(user, [])), self.test[user]
            ranked = [item for item in lists.get(user, []) if item not in known][:100]
            place = {item: i for i, item in enumerate(ranked)}
            for k, found in hits.items():
                found.extend(place.get(item, k) < k for item in wanted)
            gains = np.array([item in set(wanted) for item in ranked[:10]] + [False] * (10 - len(ranked[:10])))
            best = discounts[: min(10, len(set(wanted)))].sum()
            ndcg.append(float((gains * discounts).sum() / best))
            precision.append(gains.mean())
        return {"hit@10": np.mean(hits[10]), "hit@100": np.mean(hits[100]), "NDCG@10": np.mean(ndcg),
                "P@10": np.mean(precision)}

    def of_predictions(self, predicted):
        error = np.asarray(predicted, float) - np.asarray(self.labels)
        return {"RMSE": float(np.sqrt(np.mean(error**2)))}


def table_of(path, header, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def lists_of(path):
    """Lists by user, from rows of a user and an item, best first."""
    lists = {}
    with open(path, newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for user, item in rows:
            lists.setdefault(user, []).append(item)
    return lists


def shortlist(*words):
    subprocess.run([PROGRAM, *map(str, words), "--quiet"], check=True, stdout=subprocess.DEVNULL)


def run_shortlist(config, judge, folder, seed):
    task, bundle = judge.task, folder / "bundle"
    shortlist("train", ROOT / config, "--data", folder / "table.csv", "--out", bundle, "--overwrite",
              "--set", f"training.seed={seed}")
    table_of(folder / "users.csv", [task["user"]], [(user,) for user in judge.users])
    shortlist("recommend", bundle, "--queries", folder / "users.csv", "-k", judge.length, "--order", "score",
              "--retrieve", judge.length, "--out", folder / "raw.csv")
    with open(folder / "raw.csv", newline="") as file:
        table_of(folder / "lists.csv", ["user", "item"], [(r[task["user"]], r["item_id"]) for r in csv.DictReader(file)])
    figures = judge.of_lists(lists_of(folder / "lists.csv"))
    report = json.loads((bundle / "report.json").read_text())
    if any(part["task"] == task["label"] for part in report["tasks"]):
        shortlist("predict", bundle, "--data", folder / "test.csv", "--out", folder / "predicted.csv")
        with open(folder / "predicted.csv", newline="") as file:
            figures |= judge.of_predictions([r[f"predicted_{task['label']}"] for r in csv.DictReader(file)])
    return figures


def run_peer(python, name, judge, folder, seed):
    """Returns the figures and the library's version, or nothing if it is not installed."""
    task, out = judge.task, folder / "peer.csv"
    out.unlink(missing_ok=True)
    done = subprocess.run([python, ROOT / "benchmarks/peers/quality_peer.py", name, folder / "table.csv", out, str(seed),
                           task["user"], task["item"], task["label"], str(judge.length), str(task["ease_l2"])],
                          capture_output=True, text=True)
    if done.returncode == 3:
        return None
    if done.returncode != 0:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    version = done.stdout.strip().splitlines()[-1]
    if name == "surprise_svd":
        return judge.of_predictions(np.loadtxt(out)), version
    return judge.of_lists(lists_of(out)), version


PEERS = ["ease_numpy", "implicit_als", "implicit_bpr", "implicit_bm25", "rectools_sasrec", "surprise_svd"]


def line(name, runs):
    cells = []
    for figure in ("hit@10", "hit@100", "NDCG@10", "P@10", "RMSE"):
        values = [run[figure] for run in runs if figure in run]
        spread = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
        cells.append(f"{statistics.mean(values):.3f}{spread}" if values else "")
    return f"| {name} | " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--peers", action="append", default=[], help="Python of an environment with peers")
    parser.add_argument("--only", choices=TASKS)
    parser.add_argument("--json", action="store_true", help="also print all figures as JSON, at the end")
    arguments = parser.parse_args()
    report = {}
    for name, task in TASKS.items():
        if arguments.only not in (None, name):
            continue
        found_of = report.setdefault(name, {})
        header, rows = task["read"](arguments.data)
        judge = Judge(task, header, rows)
        print(f"\n{name}\n\n| | hit@10 | hit@100 | NDCG@10 | P@10 | RMSE |\n|---|---|---|---|---|---|", flush=True)
        with tempfile.TemporaryDirectory() as made:
            folder = pathlib.Path(made)
            table_of(folder / "table.csv", header, rows)
            table_of(folder / "test.csv", header, [row for row in rows if row[-1] == "test"])
            for config, title in task["configs"].items():
                runs = [run_shortlist(config, judge, folder, seed) for seed in range(1, arguments.seeds + 1)]
                found_of[f"Shortlist: {title}"] = runs
                print(line(f"Shortlist: {title}", runs), flush=True)
            for peer in PEERS:
                for python in arguments.peers:
                    found = [run_peer(python, peer, judge, folder, seed) for seed in range(1, arguments.seeds + 1)]
                    if found[0]:
                        found_of[found[0][1]] = [figures for figures, _ in found]
                        print(line(found[0][1], found_of[found[0][1]]), flush=True)
                        break
    if arguments.json:
        print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
