"""Whatever table `init` accepts, `train` accepts the config: tables of odd columns, drawn at random."""

import random

import pytest

from program import run

KINDS = {
    "integer": lambda d: d.randrange(9),
    "wide": lambda d: d.randrange(10**6),
    "number": lambda d: round(d.random() * 9, 2),
    "binary": lambda d: d.randrange(2),
    "truth": lambda d: d.choice(["yes", "no"]),
    "word": lambda d: d.choice(["red", "green", "blue"]),
    "words": lambda d: " ".join(d.choice(["the", "old", "new", "house", "sea"]) for _ in range(4)),
    "list": lambda d: "|".join(sorted({d.choice("abcdef") for _ in range(3)})),
    "bracketed": lambda d: '"[\'' + d.choice("abc") + "', '" + d.choice("def") + '\']"',
    "date": lambda d: f"2021-{d.randrange(1, 13):02}-{d.randrange(1, 29):02}",
    "dotted": lambda d: f"{d.randrange(1, 29):02}.{d.randrange(1, 13):02}.2021",
    "digits": lambda d: f"2021{d.randrange(1, 13):02}{d.randrange(1, 29):02}",
    "seconds": lambda d: 1_600_000_000 + d.randrange(10**7),
    "constant": lambda d: "x",
    "empty": lambda d: "",
    "huge": lambda d: d.choice(["1e300", "1", "2"]),
    "odd": lambda d: d.choice(["NaN", "inf", "1", "2", "3"]),
    "part": lambda d: d.choice(["train", "train", "validation", "test"]),
    "zeros": lambda d: f"0{d.randrange(99)}",
}
NAMES = ["rating", "timestamp", "date", "day", "title", "genres", "liked", "quantity", "split", "price", "city",
         "order_id", "score", "note", "x y", "a\"b"]
GAPS = ["", "", "", "", " ", "NA", "NaN", "NULL"]


def table(draws):
    rows = draws.choice([3, 9, 12, 40, 40, 150])
    others = draws.sample(NAMES, draws.randrange(1, 8))
    names = ["user_id", "item_id", *others]
    columns = [[draws.choice(["", " ", "u1"]) if draws.random() < 0.02 else f"u{draws.randrange(9)}" for _ in range(rows)],
               [f"i{draws.randrange(12)}" for _ in range(rows)]]
    for name in others:
        kind = KINDS[draws.choice(list(KINDS))]
        gap, share = draws.choice(GAPS), draws.choice([0, 0, 0, 0.05, 0.5])
        values = [kind(draws) for _ in range(draws.choice([2, 5, 30]))] if draws.random() < 0.5 else None
        columns.append([gap if draws.random() < share else draws.choice(values) if values else kind(draws) for _ in range(rows)])
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    return header + "\n" + "".join(",".join(map(str, row)) + "\n" for row in zip(*columns))


@pytest.mark.parametrize("seed", range(6))
def test_train_accepts_what_init_writes(tmp_path, seed):
    draws = random.Random(seed)
    written = 0
    for _ in range(10):
        (tmp_path / "t.csv").write_text(table(draws))
        (tmp_path / "c.toml").unlink(missing_ok=True)
        if run("init", "t.csv", "--out", "c.toml", cwd=tmp_path, code=None).returncode:
            continue
        written += 1
        done = run("train", "c.toml", "--out", "b", "--overwrite", "--quiet", "--threads", 1, "--set", "training.epochs=1", cwd=tmp_path, code=None)
        assert done.returncode == 0, (tmp_path / "t.csv").read_text() + (tmp_path / "c.toml").read_text() + done.stderr
    assert written > 2
