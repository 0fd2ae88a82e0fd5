"""A user's list leaves out the items that the user has seen in training."""

import json

import pytest

from evaluated import CONFIG, NO_RANKING, NO_RETRIEVAL, Place
from program import run


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("evaluation"))


def test_seen_items_are_left_out_unless_they_are_kept(place):
    seen = place.seen()
    known = {u: {i for v, i, _ in place.rows if v == u} for u in ("u1", "u2")}
    assert all(seen[u] <= known[u] and len(seen[u]) > 15 for u in known)
    kept_any = 0
    for user in known:
        dropped, kept = place.ids(user, "-k", 20), place.ids(user, "-k", 20, "--keep-seen")
        assert not set(dropped) & seen[user] and len(dropped) == 20
        kept_any += len(set(kept) & seen[user])
        # Without what was seen, the longer list is the shorter one.
        everything = place.ids(user, "-k", 300, "--keep-seen", "--order", "score")
        assert [i for i in everything if i not in seen[user]] == place.ids(user, "-k", 300, "--order", "score")
    assert kept_any > 0
    assert place.ids("nobody", "-k", 5) == place.ids("nobody", "-k", 5, "--keep-seen")


def test_the_config_can_keep_seen_items(tmp_path):
    kept = Place(tmp_path, CONFIG + '\n[recommend]\nseen = "keep"\n')
    assert kept.ids("u1", "-k", 30) == kept.ids("u1", "-k", 30, "--keep-seen")
    assert set(kept.ids("u1", "-k", 30)) & kept.seen()["u1"]
    assert not kept.report()["list"]["drops_seen"]


def test_each_row_of_a_table_of_queries_leaves_out_what_its_user_has_seen(place):
    seen = place.seen()
    (place.folder / "users.csv").write_text("user\n" + "".join(f"u{n}\n" for n in range(40)))
    lines = run("recommend", "bundle", "--queries", "users.csv", "-k", "10", "--format", "json", "--quiet", cwd=place.folder)
    answers = [json.loads(line) for line in lines.stdout.splitlines()]
    assert len(answers) == 400
    for answer in answers:
        assert answer["item_id"] not in seen[f"u{answer['query'] - 1}"]
    one = [a["item_id"] for a in answers if a["query"] == 6]
    assert one == place.ids("u5", "-k", 10)


def test_users_that_features_confuse_keep_their_own_seen_items(tmp_path):
    config = CONFIG.replace('user = { kind = "category", dim = 8 }', 'user = { kind = "hashed", buckets = 2, dim = 8 }')
    hashed = Place(tmp_path, config)
    seen = hashed.seen()
    (tmp_path / "users.csv").write_text("user\n" + "".join(f"u{n}\n" for n in range(40)))
    lines = run("recommend", "bundle", "--queries", "users.csv", "-k", "5", "--format", "json", "--quiet", cwd=tmp_path)
    for answer in map(json.loads, lines.stdout.splitlines()):
        assert answer["item_id"] not in seen[f"u{answer['query'] - 1}"]


@pytest.mark.parametrize("index", ["exact", "int8", "bf16", "hnsw"])
def test_every_index_leaves_seen_items_out(tmp_path, index):
    indexed = Place(tmp_path, CONFIG, "bundle", "--set", f'retrieval.index="{index}"')
    seen = indexed.seen()
    for user in ("u1", "u2", "u3"):
        answer = indexed.ids(user, "-k", 50)
        assert len(answer) == 50 and not set(answer) & seen[user]


def test_a_model_without_ratings_or_without_retrieval_leaves_seen_items_out(tmp_path):
    for name, config in (("clicks", NO_RANKING), ("ranks", NO_RETRIEVAL)):
        model = Place(tmp_path, config, name)
        answer = model.ids("u1", "-k", 30)
        assert len(answer) == 30 and not set(answer) & model.seen()["u1"]
        assert set(model.ids("u1", "-k", 30, "--keep-seen")) & model.seen()["u1"] or name == "clicks"
    assert "the bundle has none" in run("similar", "clicks", "i1", "--by", "cosine", cwd=tmp_path, code=2).stderr
