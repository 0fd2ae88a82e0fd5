"""`init` says which kind of model suits a table, and why; its config stays that of two towers."""

import random

import pytest

from program import run


@pytest.fixture(scope="module")
def rows():
    draw = random.Random(2)
    return [(f"u{draw.randrange(30)}", f"i{draw.randrange(50)}") for _ in range(900)]


def write(folder, header, rows):
    (folder / "t.csv").write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n")


def test_users_and_items_alone_suit_a_linear_model(tmp_path, rows):
    write(tmp_path, "user_id,item_id", rows)
    done = run("init", "t.csv", "--out", "c.toml", cwd=tmp_path)
    assert "the kind of model: only users and items describe the rows, and 50 items are few enough" in done.stderr
    text = (tmp_path / "c.toml").read_text()
    assert '# kind = "ease"' in text and "[model]" not in [line.strip() for line in text.splitlines()]
    run("train", "c.toml", "--out", "b", "--epochs", 1, "--quiet", cwd=tmp_path)
    assert '"two_tower"' in (tmp_path / "b" / "manifest.json").read_text()


def test_columns_of_items_suit_towers(tmp_path, rows):
    genres = ["Drama", "War", "Comedy"]
    write(tmp_path, "user_id,item_id,genre", [(user, item, genres[int(item[1:]) % 3]) for user, item in rows])
    text = run("init", "t.csv", cwd=tmp_path).stdout
    assert "The kind of model: two_tower, since it also knows new users or items by their columns" in text.replace("\n# ", " ")
    assert "# [model]" not in text
