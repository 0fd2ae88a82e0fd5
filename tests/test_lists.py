"""Lists are ordered as asked, pages are parts of one list, and the list that is served is the list that is measured."""

import json
import math

import pytest

from evaluated import CONFIG, NO_RANKING, Place, baseline, figures, make_rows, write
from program import run
from serving import serving


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("evaluation"))


@pytest.fixture(scope="module")
def blended(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("blended"), CONFIG + '\n[recommend]\norder = "blend"\nblend = 0.4\n')


@pytest.mark.parametrize("which", ["place", "blended"])
def test_the_head_of_a_list_does_not_change_with_k(which, request):
    place = request.getfixturevalue(which)
    for arguments in ([], ["--order", "predicted"], ["--order", "score"], ["--order", "blend"], ["--keep-seen"]):
        longest = place.ids("u3", "-k", 250, *arguments)
        for k in (1, 7, 10, 50, 100, 101, 150):
            assert place.ids("u3", "-k", k, *arguments) == longest[:k], (k, arguments)


def test_pages_are_parts_of_one_list(blended):
    whole = blended.items("u3", "-k", 230)
    paged = [item for offset in range(0, 230, 23) for item in blended.items("u3", "-k", 23, "--offset", offset)]
    assert paged == whole and [item["rank"] for item in whole] == list(range(1, 231))
    assert blended.items("u3", "--offset", 1000) == []
    assert blended.ids("u3", "-k", 5, "--offset", 5, "--retrieve", 20) == blended.ids("u3", "-k", 10, "--retrieve", 20)[5:]
    run("recommend", "bundle", "--query", "user=u3", "--offset", 5, "--retrieve", 10, cwd=blended.folder, code=2)
    run("recommend", "bundle", "--query", "user=u3", "--offset", -1, cwd=blended.folder, code=2)


def test_lists_are_ordered_as_asked(place):
    by_score = place.items("u4", "-k", 100, "--order", "score")
    by_label = place.items("u4", "-k", 100, "--order", "predicted")
    scores, predictions = [i["score"] for i in by_score], [i["predictions"]["rating"] for i in by_label]
    assert scores == sorted(scores, reverse=True) and predictions == sorted(predictions, reverse=True)
    assert sorted(i["id"] for i in by_score) == sorted(i["id"] for i in by_label)
    assert place.ids("u4", "-k", 100, "--order", "blend", "--blend", 0) == [i["id"] for i in by_score]
    assert place.ids("u4", "-k", 100, "--order", "blend", "--blend", 1) == [i["id"] for i in by_label]
    assert place.ids("u4", "--order", "auto") == place.ids("u4")
    run("recommend", "bundle", "--query", "user=u4", "--order", "blend", "--blend", 2, cwd=place.folder, code=2)


def test_the_order_is_chosen_on_validation_and_reported(place):
    report = place.report()
    kept = json.loads((place.folder / "bundle" / "report.json").read_text())["list"]
    assert [(o["order"], o["blend"]) for o in kept["orders"]] == [
        ("score", 0), ("predicted", 0), ("blend", 0.25), ("blend", 0.5), ("blend", 0.75)]
    best = max(kept["orders"], key=lambda o: o["validation"]["ndcg@10"])
    assert (kept["order"], kept["blend"]) == (best["order"], best["blend"])
    assert all("top_10" in o["validation"] for o in kept["orders"])
    assert json.loads((place.folder / "bundle" / "recommend.json").read_text())["order"] == kept["order"]
    assert report["list"]["order"] == kept["order"] and figures(report, "list") == {k: v["value"] for k, v in kept["model"].items()}


def test_a_refit_keeps_the_order_that_validation_chose(place, tmp_path):
    refitted = Place(tmp_path, CONFIG, "bundle", "--refit")
    kept = json.loads((place.folder / "bundle" / "report.json").read_text())["list"]
    found = json.loads((tmp_path / "bundle" / "report.json").read_text())["list"]
    assert found["orders"] == kept["orders"] and (found["order"], found["blend"]) == (kept["order"], kept["blend"])


@pytest.mark.parametrize("order", ["score", "predicted", "blend"])
def test_the_list_that_is_served_is_the_list_that_is_evaluated(tmp_path, order):
    config = CONFIG.replace("split = { train = 0.8, validation = 0.1, test = 0.1 }", 'split = { by = "order", train = 0.8, validation = 0.1, test = 0.1 }')
    place = Place(tmp_path, config + f'\n[recommend]\norder = "{order}"\n')
    test = place.rows[len(place.rows) * 9 // 10 :]
    lists = {user: place.ids(user, "-k", 100) for user in {u for u, _, _ in test}}
    report = place.report()
    listed, served = figures(report, "list"), json.loads((tmp_path / "bundle" / "report.json").read_text())["list"]
    assert served["order"] == order and served["drops_seen"] and served["rows"] == len(test)
    for k in (1, 10, 100):
        assert listed[f"top_{k}"] == pytest.approx(sum(i in lists[u][:k] for u, i, _ in test) / len(test), abs=1e-6)
    ndcg = []
    for user, answer in lists.items():
        wanted = {i for u, i, _ in test if u == user}
        gain = sum(1 / math.log2(2 + p) for p, item in enumerate(answer[:10]) if item in wanted)
        ndcg.append(gain / sum(1 / math.log2(2 + p) for p in range(min(10, len(wanted)))))
    assert listed["ndcg@10"] == pytest.approx(sum(ndcg) / len(ndcg), abs=1e-6)
    assert baseline(report, "popularity", "list")["top_10"] == baseline(report, "popularity")["unseen_top_10"]
    if order == "score":
        assert listed["top_10"] == figures(report)["unseen_top_10"]
    text = run("evaluate", "bundle", cwd=tmp_path).stdout
    assert f"Lists as served: order = {order}" in text


def test_an_order_that_the_model_cannot_have_is_an_error(tmp_path):
    write(tmp_path / "ratings.csv", make_rows(users=10))
    (tmp_path / "c.toml").write_text(NO_RANKING)
    message = run("train", "c.toml", "--out", "b", "--set", 'recommend.order="predicted"', cwd=tmp_path, code=2).stderr
    assert "recommend.order" in message and "[[ranking]]" in message
    for setting in ("recommend.blend=1.5", "recommend.candidates=0", 'recommend.order="best"', 'recommend.seen="maybe"'):
        run("train", "c.toml", "--out", "b", "--set", setting, cwd=tmp_path, code=2)
    run("train", "c.toml", "--out", "b", "--quiet", cwd=tmp_path)
    message = run("recommend", "b", "--query", "user=u1", "--order", "predicted", cwd=tmp_path, code=2).stderr
    assert "no [[ranking]] task" in message


def test_http_takes_seen_order_offset_and_exclusions_by_query(place):
    seen = place.seen()
    with serving("bundle", cwd=place.folder) as server:

        def ids(**body):
            status, _, answer = server.post("/v1/recommend", {"query": {"user": "u3"}, **body})
            assert status == 200, answer
            return [item["id"] for item in answer["items"]]

        def refused(path="/v1/recommend", **body):
            status, _, answer = server.post(path, {"query": {"user": "u3"}, **body} if path == "/v1/recommend" else body)
            assert status == 422, answer
            return answer["errors"][0]["field"]

        assert ids(k=20) == place.ids("u3", "-k", 20) and not set(ids(k=20)) & seen["u3"]
        assert ids(k=20, seen="keep") == place.ids("u3", "-k", 20, "--keep-seen")
        assert ids(k=20, seen="drop") == ids(k=20)
        assert ids(k=50)[:10] == ids(k=10) and ids(k=150)[100:150] == ids(k=50, offset=100)
        for order in ("score", "predicted", "blend", "auto"):
            assert ids(order=order) == place.ids("u3", "--order", order)
        assert ids(order="blend", blend=0.9) == place.ids("u3", "--order", "blend", "--blend", 0.9)
        assert refused(order="best") == "order" and refused(blend=2) == "blend" and refused(offset=-1) == "offset"
        assert refused(seen="some") == "seen" and refused(offset=10_000) == "offset"
        _, _, answer = server.post("/v1/recommend", {"query": {"user": "u3"}, "k": 2, "offset": 4})
        assert [item["rank"] for item in answer["items"]] == [5, 6]

        users = [{"user": "u3"}, {"user": "u3"}, {"user": "u4"}, {"user": "u3"}]
        first = ids(k=3)

        def batch(**body):
            status, _, answer = server.post("/v1/recommend/batch", {"queries": users, "k": 3, **body})
            assert status == 200, answer
            return [[item["id"] for item in one["items"]] for one in answer["answers"]]

        plain = batch()
        assert plain[0] == plain[1] == plain[3] == first and plain[2] == place.ids("u4", "-k", 3)
        own = batch(exclude=[[], [first[0]], [], first])
        assert own[0] == first and own[1] == ids(k=4)[1:] and own[2] == plain[2] and own[3] == ids(k=6)[3:]
        assert batch(exclude=[first[0]])[0] == ids(k=4)[1:]
        assert refused("/v1/recommend/batch", queries=users, exclude=[["i1"]]) == "exclude"
        assert refused("/v1/recommend/batch", queries=users, exclude=["i1", ["i2"], [], []]) == "exclude"
