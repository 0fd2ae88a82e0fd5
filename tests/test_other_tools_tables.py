"""Tables in the forms of other tools: RecBole's atomic files, Surprise's and Gorse's."""

import datetime
import json
import random

import pytest

from program import run


@pytest.fixture(scope="module")
def rows():
    draw = random.Random(1)
    return [(f"u{draw.randrange(30)}", f"i{min(draw.randrange(40), draw.randrange(40))}", draw.randrange(1, 6), 1_500_000_000 + 977 * n)
            for n in range(900)]  # fmt: skip


def trains(folder, table, *more):
    run("init", table, *more, "--out", "c.toml", cwd=folder)
    run("train", "c.toml", "--out", "bundle", "--epochs", 1, "--quiet", cwd=folder)
    return (folder / "c.toml").read_text()


def columns(folder, table):
    found = json.loads(run("inspect", table, "--format", "json", cwd=folder).stdout)
    return [column["name"] for column in found["columns"]]


def test_recboles_atomic_files(tmp_path, rows):
    lines = [f"{user}\t{item}\t{rating}.0\t{time}.0" for user, item, rating, time in rows]
    (tmp_path / "d.inter").write_text("user_id:token\titem_id:token\trating:float\ttimestamp:float\n" + "\n".join(lines) + "\n")
    items = [f"i{n}\tFilm number {n}\t{1990 + n % 20}\t{'Comedy Drama' if n % 2 else 'War'}" for n in range(40)]
    (tmp_path / "d.item").write_text("item_id:token\ttitle:token_seq\tyear:token\tclass:token_seq\n" + "\n".join(items) + "\n")
    assert columns(tmp_path, "d.inter") == ["user_id", "item_id", "rating", "timestamp"]
    assert columns(tmp_path, "d.item") == ["item_id", "title", "year", "class"]
    config = trains(tmp_path, "d.inter", "--items", "d.item")
    assert '"user_id"' in config and 'column = "timestamp"' in config
    answer = run("recommend", "bundle", "--query", "user_id=u1", "-k", 3, "--format", "json", cwd=tmp_path)
    assert len(json.loads(answer.stdout)["items"]) == 3


def test_a_type_after_one_name_alone_stays(tmp_path):
    (tmp_path / "t.csv").write_text("user:token,rating\na,1\nb,2\n")
    assert columns(tmp_path, "t.csv") == ["user:token", "rating"]


@pytest.mark.parametrize("separator", ["\t", ",", " "])
def test_surprises_files_without_a_header(tmp_path, rows, separator):
    lines = [separator.join([user[1:], item[1:], str(rating), str(time)]) for user, item, rating, time in rows]
    (tmp_path / "u.data").write_text("\n".join(lines) + "\n")
    assert 'columns = ["user", "item", "rating", "timestamp"]' in trains(tmp_path, "u.data")


def test_gorses_exports(tmp_path, rows):
    def text(time):
        return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S +0000 UTC")

    lines = [f"{'star' if rating > 3 else 'read'},{user},{item},{text(time)}" for user, item, rating, time in rows]
    (tmp_path / "feedback.csv").write_text("feedback_type,user_id,item_id,time_stamp\n" + "\n".join(lines) + "\n")
    items = [f'i{n},false,"Comedy|Drama",{text(1_500_000_000 + n)},"a|b",Film {n}' for n in range(40)]
    (tmp_path / "items.csv").write_text("item_id,is_hidden,categories,time_stamp,labels,description\n" + "\n".join(items) + "\n")
    config = trains(tmp_path, "feedback.csv", "--items", "items.csv")
    assert 'by = "time", column = "time_stamp", format = "%Y-%m-%d %H:%M:%S %z UTC"' in config
