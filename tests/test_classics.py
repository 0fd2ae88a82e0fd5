"""The kinds that answer from histories, through the program and the server."""

import json
import random
import resource

import pytest

from program import error, run
from serving import serving

CONFIG = """
[data]
table = "watched.csv"
user  = "user"
time  = "day"

[model]
kind = "KIND"

[items]
id         = "movie"
display    = "title"
attributes = ["title", "genre"]
"""
KINDS = ["item_knn", "ease", "slim", "transitions"]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Users watch movies of one of two genres, most often in the order of their numbers."""
    folder = tmp_path_factory.mktemp("classics")
    draw = random.Random(5)
    lines = ["user,movie,title,genre,day"]
    for user in range(40):
        movies = sorted(draw.sample([m for m in range(40) if m % 2 == user % 2], 9))
        lines += [f"u{user},{m:02},Film {m},{['Drama', 'War'][m % 2]},2024-01-{1 + i:02}" for i, m in enumerate(movies)]
    (folder / "watched.csv").write_text("\n".join(lines) + "\n")
    for kind in KINDS:
        (folder / f"{kind}.toml").write_text(CONFIG.replace("KIND", kind))
        run("train", f"{kind}.toml", "--out", kind, "--quiet", cwd=folder)
    return folder


def answer(models, kind, *arguments):
    return json.loads(run("recommend", kind, *arguments, "--format", "json", cwd=models).stdout)


@pytest.mark.parametrize("kind", KINDS)
def test_a_history_in_the_query_folds_in_a_new_user(models, kind):
    items = answer(models, kind, "--query", "history=00,04,08", "-k", 5)["items"]
    assert {item["attributes"]["genre"] for item in items if item["score"] > 0} == {"Drama"}
    assert not {"00", "04", "08"} & {item["id"] for item in items}
    war = answer(models, kind, "--query", "history=01,05,09", "--where", "genre=War", "-k", 3)["items"]
    assert all(item["attributes"]["genre"] == "War" for item in war)


@pytest.mark.parametrize("kind", KINDS)
def test_popular_items_are_announced(models, kind):
    done = run("recommend", kind, "--query", "user=nobody", "-k", 3, cwd=models)
    assert "history is not given and the user is new: popular items are recommended" in done.stderr
    done = run("recommend", kind, "--query", "user=u3", "-k", 3, cwd=models)
    assert "popular" not in done.stderr


def test_transitions_recommend_what_comes_next(models):
    items = answer(models, "transitions", "--query", "history=00,02,10", "-k", 3)["items"]
    assert all(10 < int(item["id"]) < 24 for item in items), items


@pytest.mark.parametrize("kind", KINDS)
def test_tables_of_queries_may_have_histories(models, kind):
    (models / "queries.csv").write_text('user,history\n,"01,03"\nu1,\nnobody,\n')
    done = run("recommend", kind, "--queries", "queries.csv", "-k", 2, "--out", f"{kind}.csv", cwd=models)
    rows = (models / f"{kind}.csv").read_text().splitlines()
    assert len(rows) == 1 + 3 * 2
    assert "popular items are recommended" in done.stderr


def test_the_server_asks_for_histories_and_explains(models):
    with serving(*KINDS, cwd=models) as server:
        for kind in KINDS:
            _, _, features = server.ask("GET", f"/v1/models/{kind}/features")
            columns = {field["column"]: field for field in features["query"]}
            assert list(columns) == ["user", "history"] and columns["history"]["kind"] == "history"

            def ask(query, **options):
                status, _, reply = server.post(f"/v1/models/{kind}/recommend", {"query": query, "k": 3, **options})
                assert status == 200, reply
                return reply

            reply = ask({"history": ["00", "04", "08", "nothing"]}, explain=True)
            assert reply["warnings"] == ["history: the model has not seen 1 of 4 items: 'nothing'"]
            for item in reply["items"]:
                explanation = item["explanation"]
                assert explanation["method"] == "history"
                [share] = explanation["features"]
                assert share["column"] == "history" and share["score"] == pytest.approx(item["score"], abs=1e-5)
                assert sum(one["score"] for one in share["history"]) == pytest.approx(item["score"], abs=1e-5)
                assert {one["id"] for one in share["history"]} <= {"00", "04", "08"}
            known = ask({"user": "u4"})
            assert len(known["known_history"]["history"]) > 3 and "warnings" not in known
            popular = ask({"user": "nobody"}, explain=True)
            assert popular["items"][0]["explanation"]["method"] == "popular"
            assert popular["warnings"] == [
                "user: contains a value that the model has not seen",
                "history is not given and the user is new, so popular items are recommended",
            ]
            nothing = ask({"history": ["x"]})["warnings"]
            assert nothing[-1] == "history has no item that the model knows, so popular items are recommended"


@pytest.mark.parametrize("kind", ["ease", "slim"])
def test_memory_that_would_not_suffice_is_refused_before_the_work(tmp_path, kind):
    rows = "".join(f"u{i % 3000},i{i}\n" for i in range(60_000))
    (tmp_path / "wide.csv").write_text("user,movie\n" + rows)
    config = CONFIG.replace("watched.csv", "wide.csv").replace("KIND", kind).replace('time  = "day"\n', "")
    (tmp_path / "wide.toml").write_text(config.replace('display    = "title"\nattributes = ["title", "genre"]\n', ""))

    def limited():
        resource.setrlimit(resource.RLIMIT_AS, (8_000_000_000, 8_000_000_000))

    done = run("train", "wide.toml", "--out", "bundle", cwd=tmp_path, code=None, preexec_fn=limited)
    assert done.returncode != 0
    assert f'"{kind}" needs 14' in done.stderr and "for matrices of 60,000 × 60,000 items, but" in done.stderr, done.stderr


def test_settings_are_checked(models):
    assert "need more than 0" in error("train", "ease.toml", "--set", "model.l2=0", "--out", "x", cwd=models, code=2)
    assert "needs data.user" in error("train", "slim.toml", "--set", "data.user=", "--out", "x", cwd=models, code=2)
