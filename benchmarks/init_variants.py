#!/usr/bin/env python3
"""Settings that `init` could write, compared on the validation rows of three real tables.

    SHORTLIST=build/shortlist benchmarks/init_variants.py DATA

DATA holds ml-100k, ml-latest-small and anime, as tests/test_init_real_data.py reads them. For each table and variant, prints
NDCG@10 of the users' lists without items that they have had in the training rows, the RMSE of the predicted rating, and
the epochs that were trained; and the same figures of popularity, and of the biases of users and items."""

import json
import os
import re
import subprocess
import sys
import tempfile

os.environ["SHORTLIST_DATA"] = DATA = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tests"))

from program import PROGRAM  # noqa: E402
from test_init_real_data import anime, movielens_100k, movielens_small  # noqa: E402

TABLES = [("ml-100k", movielens_100k), ("ml-latest-small", movielens_small), ("anime", anime)]


def replaced(old, new):
    def change(text):
        assert old in text, f"init writes no {old} any more"
        return text.replace(old, new)
    return change


def without_dropout(text):
    return text.replace("{ dropout = 0.3 }, ", "").replace(", { dropout = 0.3 }", "")


def equal_embeddings(text):
    return re.sub(r'(kind = "category", dim = )\d+', r"\g<1>32", text)


VARIANTS = [
    ("as init writes it", lambda text: text),
    ('monitor = "loss"', replaced('monitor = "auto"', 'monitor = "loss"')),
    ("no dropout", without_dropout),
    ('no dropout, monitor = "loss"', lambda text: replaced('monitor = "auto"', 'monitor = "loss"')(without_dropout(text))),
    ("dim = 32 for all categories", equal_embeddings),
    ("ranking of 256 and 64", replaced("[{ dense = 64,", '[{ dense = 256, activation = "relu" }, { dense = 64,')),
]


def shortlist(*arguments, cwd):
    return subprocess.run([PROGRAM, *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


def value(task, name):
    return task[name]["value"]


def compare(name, make, folder):
    make(os.path.join(folder, "t.csv"))
    config = shortlist("init", "t.csv", cwd=folder)
    print(f"\n{name:<30} NDCG@10     RMSE  epochs", flush=True)
    for number, (variant, change) in enumerate(VARIANTS):
        with open(os.path.join(folder, "c.toml"), "w") as file:
            file.write(change(config))
        bundle = f"b{number}"
        shortlist("train", "c.toml", "--out", bundle, "--quiet", cwd=folder)
        report = json.loads(shortlist("evaluate", bundle, "--split", "validation", "--format", "json", cwd=folder))
        with open(os.path.join(folder, bundle, "history.json")) as file:
            epochs = len(json.load(file)["epochs"])
        [ratings] = [task for task in report["tasks"] if task["task"] != "retrieval"]
        print(f"{variant:<30} {value(report['list']['model'], 'ndcg@10'):7.4f}  {value(ratings['model'], 'rmse'):7.4f}"
              f"  {epochs:6}", flush=True)
    popular = next(b for b in report["list"]["baselines"] if b["name"] == "popularity")["figures"]
    biases = next(b for b in ratings["baselines"] if b["name"] == "user and item biases")["figures"]
    print(f"{'popularity; biases':<30} {value(popular, 'ndcg@10'):7.4f}  {value(biases, 'rmse'):7.4f}", flush=True)


for name, make in TABLES:
    if not os.path.isdir(os.path.join(DATA, name)):
        sys.exit(f"{DATA}: has no {name}")
    with tempfile.TemporaryDirectory() as folder:
        compare(name, make, folder)
