"""Tables of ratings with planted taste, and what a run makes of them, for the tests that read tables."""

import csv
import gzip
import json

from program import error, run

TASTE = 8  # users and items come in so many kinds, each of which likes its own


def pairs(rows, seed=1):
    """(user, item, rating) of a planted taste, as numbers."""
    state = seed
    for _ in range(rows):
        state = (state * 1103515245 + 12345) % 2**31
        user = state // 65536 % TASTE
        state = (state * 1103515245 + 12345) % 2**31
        own = state // 65536 % 5 > 0
        yield user, user if own else (user + 3) % TASTE, 5 if own else 1


def config(user="user", item="item", rating="rating", table="in.csv", data="", features="", query=None, attributes=()):
    queries = query if query is not None else [user]
    return f"""
[data]
table = "{table}"
{data}
split = {{ train = 0.8, validation = 0.1, test = 0.1 }}

[features]
{user} = {{ kind = "category", dim = 4 }}
{item} = {{ kind = "category", dim = 4 }}
{features}

[query]
features = {json.dumps(queries)}
layers = [{{ dense = 8 }}]

[items]
id = "{item}"
features = ["{item}"]
layers = [{{ dense = 8 }}]
attributes = {json.dumps(list(attributes))}

[retrieval]
top_k = [1, 3]

[[ranking]]
label = "{rating}"
layers = [{{ dense = 8 }}]

[training]
epochs = 1
batch = 256
optimizer = {{ adam = 0.05 }}
"""


def write(folder, text, name="in.csv"):
    path = folder / name
    if name.endswith(".gz"):
        with gzip.open(path, "wt", newline="") as file:
            file.write(text)
    else:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def train(folder, toml, code=0, *arguments):
    (folder / "c.toml").write_text(toml)
    if code:
        return error("train", "c.toml", "--out", "bundle", "--quiet", *arguments, cwd=folder, code=code)
    run("train", "c.toml", "--out", "bundle", "--quiet", *arguments, cwd=folder)
    return folder / "bundle"


def items(bundle):
    return json.loads((bundle / "items.json").read_text())["ids"]


def vocabulary(bundle, feature):
    features = json.loads((bundle / "features.json").read_text())["features"]
    return next(f["feature"]["tokens"] for f in features if f["name"] == feature)


def inspect(folder, *arguments):
    done = run("inspect", *arguments, "--format", "json", cwd=folder)
    return {c["name"]: c for c in json.loads(done.stdout)["columns"]}


def read_csv(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))
