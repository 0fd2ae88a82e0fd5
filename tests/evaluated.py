"""A table of ratings whose taste is known, and bundles that are trained on it."""

import array
import json
import random

from program import run

CONFIG = """
[data]
table = "ratings.csv"
split = { train = 0.8, validation = 0.1, test = 0.1 }
user  = "user"

[features]
user = { kind = "category", dim = 8 }
item = { kind = "category", dim = 8 }

[query]
features = ["user"]

[items]
id       = "item"
features = ["item"]

[retrieval]
top_k = [1, 5, 10, 50, 100]

[[ranking]]
label  = "rating"
layers = [{ dense = 16, activation = "relu" }]

[training]
epochs    = 3
batch     = 256
optimizer = { adam = 0.01 }
"""

NO_RANKING = CONFIG.replace('[[ranking]]\nlabel  = "rating"\nlayers = [{ dense = 16, activation = "relu" }]\n', "")
NO_RETRIEVAL = CONFIG.replace("[retrieval]\ntop_k = [1, 5, 10, 50, 100]\n", "")
assert "[[ranking]]" not in NO_RANKING and "[retrieval]" not in NO_RETRIEVAL


def make_rows(seed=1, users=40, items=300, each=30, first_user=0, first_item=0):
    """Users of an even number like even items; each pair at most once; popular items are low numbers."""
    draws = random.Random(seed)
    rows = []
    for user in range(first_user, first_user + users):
        taken = set()
        while len(taken) < each:
            item = first_item + int(items * draws.random() ** 2)
            if draws.random() < (0.9 if item % 2 == user % 2 else 0.1):
                taken.add(item)
        rows += [(f"u{user}", f"i{item}", draws.choice([4, 5] if item % 2 == user % 2 else [1, 2])) for item in sorted(taken)]
    draws.shuffle(rows)
    return rows


def write(path, rows):
    path.write_text("user,item,rating\n" + "".join(f"{u},{i},{r}\n" for u, i, r in rows))


class Place:
    def __init__(self, folder, config=CONFIG, name="bundle", *settings):
        self.folder, self.name = folder, name
        self.rows = make_rows()
        write(folder / "ratings.csv", self.rows)
        (folder / f"{name}.toml").write_text(config)
        self.out = run("train", f"{name}.toml", "--out", name, "--quiet", *settings, cwd=folder).stdout

    def report(self, *arguments):
        return json.loads(run("evaluate", self.name, "--format", "json", *arguments, cwd=self.folder).stdout)

    def items(self, user, *arguments):
        answer = run("recommend", self.name, "--query", f"user={user}", "--format", "json", *arguments, cwd=self.folder)
        return json.loads(answer.stdout)["items"]

    def ids(self, user, *arguments):
        return [item["id"] for item in self.items(user, *arguments)]

    def tensor(self, file, name, kind):
        with open(self.folder / self.name / f"{file}.safetensors", "rb") as opened:
            header = json.loads(opened.read(int.from_bytes(opened.read(8), "little")))
            begin, end = header[name]["data_offsets"]
            return array.array(kind, opened.read()[begin:end])

    def seen(self):
        """The items of each user in the training rows, from the bundle itself."""
        ids = json.loads((self.folder / self.name / "items.json").read_text())["ids"]
        offsets, items, ends, names = (
            self.tensor("ratings", name, kind)
            for name, kind in (("offsets", "q"), ("items", "i"), ("users_offsets", "q"), ("users", "B")))
        names = names.tobytes()
        users = [names[ends[i] : ends[i + 1]].decode() for i in range(len(ends) - 1)]
        return {user: {ids[i] for i in items[offsets[u] : offsets[u + 1]]} for u, user in enumerate(users)}


def figures(report, task="retrieval"):
    found = report["list"] if task == "list" else next(t for t in report["tasks"] if t["task"] == task)
    return {name: figure["value"] for name, figure in found["model"].items()}


def baseline(report, name, task="retrieval"):
    found = report["list"] if task == "list" else next(t for t in report["tasks"] if t["task"] == task)
    chosen = next(b for b in found["baselines"] if b["name"] == name)
    return {figure: entry["value"] for figure, entry in chosen["figures"].items()}
