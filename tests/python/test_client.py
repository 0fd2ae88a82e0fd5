"""The client, sync and async, of a server that the program starts."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import pathlib
import pickle
import socket
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
import shortlist as sl
from shortlist.client import Recommendations, SimilarItems


class Served:
    """A model served with keys, and the keys."""

    def __init__(self, model: sl.Model, folder: pathlib.Path, program: pathlib.Path) -> None:
        self.program, self.keys = program, folder / "keys"
        self.key, self.admin = self.make_key("reader"), self.make_key("admin", "--scope", "admin")
        self.server = model.serve(port=free_port(), arguments=["--keys", str(self.keys)], block=False)
        self.url = self.server.url

    def make_key(self, name: str, *arguments: str) -> str:
        command = [self.program, "key", name, "--keys", self.keys, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[0]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def served(model: sl.TwoTower, tmp_path_factory: pytest.TempPathFactory, program: pathlib.Path) -> Iterator[Served]:
    made = Served(model, tmp_path_factory.mktemp("served"), program)
    with made.server:
        yield made


@pytest.fixture
def client(served: Served) -> Iterator[sl.Client]:
    with sl.Client(served.url, key=served.key) as made:
        yield made


def ids(answer: Recommendations | SimilarItems) -> list[str]:
    return [item["id"] for item in answer["items"]]


# Answers of a served model.


def test_recommendations_are_those_of_the_model(client, model):
    frame = model.recommend([100, 101], k=5)
    for user, rows in frame.groupby("user"):
        answer = client.recommend({"user": user}, k=5)
        assert ids(answer) == [str(item) for item in rows["item"]]
        assert [item["score"] for item in answer["items"]] == pytest.approx(rows["score"].tolist(), rel=1e-5)
        assert answer["model"]["version"]


def test_a_batch_answers_as_each_query_does(client):
    queries = [{"user": user} for user in range(100, 104)]
    batch = client.recommend_batch(queries, k=4, exclude=[[], [1001], ["1002"], []])
    alone = [client.recommend(query, k=4, exclude=left) for query, left in zip(queries, [[], [1001], ["1002"], []])]
    assert [ids(answer) for answer in batch["answers"]] == [ids(answer) for answer in alone]


def test_predictions_are_those_of_the_model(client, model):
    pairs = pd.DataFrame({"user": [100, 105], "item": [1003, 1010]})
    batch = client.predict_batch([{"query": {"user": 100}, "id": 1003}, {"query": {"user": 105}, "id": "1010"}])
    served = [answer["predictions"]["rating"] for answer in batch["answers"]]
    assert served == pytest.approx(list(model.predict(pairs)), rel=1e-5)
    assert client.predict({"user": 100}, 1003)["predictions"]["rating"] == pytest.approx(served[0])


def test_similar_items_are_those_of_the_model(client, model):
    answer = client.similar(1003, k=4, by="jaccard")
    assert answer["by"] == "jaccard"
    assert ids(answer) == [str(item) for item in model.similar(1003, 4, by="jaccard")["item"]]
    assert [ids(one) for one in client.similar_batch([1003], k=4, by="jaccard")["answers"]] == [ids(answer)]


def test_the_catalogue_is_found_by_words_and_in_pages(client, movies):
    assert client.get_item("1003")["attributes"]["title"] == "The film 3 (1963)"
    found = client.list_items(q="film 3", filter=["item=1003"])
    assert (found["total"], found["items"][0]["id"]) == (1, "1003")
    first = client.list_items(limit=25)
    second = client.list_items(limit=25, cursor=first["next_cursor"])
    assert len(first["items"]) + len(second["items"]) == len(movies)
    assert "next_cursor" not in second


def test_the_model_and_its_columns_are_described(client, model):
    features = client.get_features()
    assert [field["column"] for field in features["query"]] == model.query_columns_
    assert client.list_values("user", q="101")["values"] == ["101"]
    assert client.get_model()["kind"] == model.kind_
    assert len(client.get_map()["ids"]) == len(model.item_ids_)
    assert client.openapi()["openapi"] == "3.1.0"


def test_the_server_is_described(client):
    assert client.livez() == client.healthz() == {"status": "live"}
    ready = client.readyz()
    assert ready["status"] == "ready" and ready["models"][0]["version"] == client.list_models()["models"][0]["version"]
    assert "# HELP" in client.metrics()


def test_a_client_of_one_model_asks_under_its_name(client, served):
    name = client.list_models()["models"][0]["name"]
    with sl.Client(served.url, key=served.key, model=name) as named:
        assert named.recommend({"user": 100}, k=3)["items"] == client.recommend({"user": 100}, k=3)["items"]
    with sl.Client(served.url, key=served.key, model="no such") as unknown, pytest.raises(sl.RequestError) as caught:
        unknown.get_features()
    assert (caught.value.status, caught.value.code) == (404, "no_model")


def test_values_of_numpy_are_sent(client):
    query = {"user": np.int64(100)}
    assert ids(client.recommend(query, exclude=np.array([1001, 1002]))) == ids(
        client.recommend({"user": 100}, exclude=[1001, 1002])
    )


def test_only_a_key_with_the_scope_admin_reloads(client, served):
    with pytest.raises(sl.RequestError) as caught:
        client.reload()
    assert (caught.value.status, caught.value.code) == (403, "wrong_scope")
    before = client.list_models()["models"][0]["generation"]
    with sl.Client(served.url, key=served.admin) as admin:
        assert admin.reload()["models"][0]["generation"] == before + 1


# Errors.


@pytest.mark.parametrize("key", [None, "sl_wrong"])
def test_a_server_with_keys_refuses_others(served, key):
    with sl.Client(served.url, key=key) as stranger, pytest.raises(sl.RequestError) as caught:
        stranger.recommend({"user": 100})
    assert (caught.value.status, caught.value.code) == (401, "no_key")


def test_a_problem_names_the_field(client):
    with pytest.raises(sl.ConfigError, match="^k: ") as caught:
        client.recommend({"user": 100}, k=0)
    error = caught.value
    assert isinstance(error, sl.RequestError)
    assert (error.status, error.code, error.field) == (422, "invalid_field", "k")
    assert error.request_id
    with pytest.raises(sl.RequestError, match="did you mean 'user'") as caught:
        client.recommend({"usr": 100})
    assert caught.value.field == "query.usr"


def test_an_unknown_item_is_an_error_that_suggests_one(client):
    with pytest.raises(sl.RequestError, match="the catalogue has no item '10039'; did you mean '1003'") as caught:
        client.similar("10039")
    assert (caught.value.status, caught.value.code, caught.value.field) == (404, "not_found", "id")
    with pytest.raises(sl.RequestError, match="the catalogue has no item '10039'; did you mean '1003'"):
        client.get_item("10039")
    with pytest.raises(sl.RequestError, match="the catalogue has no item 'a/b"):
        client.get_item("a/b?c#d")


def test_an_error_survives_pickling(client):
    with pytest.raises(sl.RequestError) as caught:
        client.recommend({"user": 100}, k=0)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.status, copy.field) == (str(caught.value), 422, "k")


def test_a_server_that_cannot_be_reached_is_an_error():
    url = f"http://127.0.0.1:{free_port()}"
    with sl.Client(url) as client, pytest.raises(sl.SystemError, match=f"{url} cannot be reached: Connection refused"):
        client.livez()


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://host", "http://", "http://h:port", "http://h/?q=1", ""])
def test_what_is_no_address_is_an_error(url):
    with pytest.raises(sl.ConfigError, match="is not an address such as http://localhost:8080"):
        sl.Client(url)


@pytest.mark.parametrize("key", ["", "sl_1\r\nX: y", "schlüssel"])
def test_what_is_no_key_is_an_error(key):
    with pytest.raises(sl.ConfigError, match="visible ASCII"):
        sl.Client("http://localhost", key=key)


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}, nested(100_000)], ids=["NaN", "object", "set", "deep"])
def test_what_json_cannot_express_is_an_error(client, value):
    with pytest.raises(sl.ConfigError, match="cannot be written as JSON"):
        client.recommend({"user": value})


@pytest.mark.parametrize("option, value", [("timeout", 0), ("timeout", -1), ("timeout", float("nan")), ("retries", -1)])
def test_options_out_of_range_are_errors(option, value):
    with pytest.raises(sl.ConfigError, match=f"^{option}: {value} is "):
        sl.Client("http://localhost", **{option: value})


def test_a_host_that_does_not_exist_is_an_error():
    with sl.Client("http://a..b") as client, pytest.raises(sl.SystemError, match="http://a..b cannot be reached"):
        client.livez()


def test_a_closed_client_is_an_error(served):
    client = sl.Client(served.url)
    client.livez()
    client.close()
    with pytest.raises(sl.ConfigError, match="the client is closed"):
        client.livez()


def test_threads_share_a_client(client):
    expected = client.recommend({"user": 100}, k=3)["items"]
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: client.recommend({"user": 100}, k=3)["items"], range(40)))
    assert answers == [expected] * 40


# asyncio.


def test_async_requests_run_at_the_same_time(client, served):
    users = [100 + number % 60 for number in range(64)]

    async def ask() -> list[Recommendations]:
        async with sl.AsyncClient(served.url, key=served.key) as asynchronous:
            return await asyncio.gather(*(asynchronous.recommend({"user": user}, k=3) for user in users))

    answers = asyncio.run(ask())
    assert [ids(answer) for answer in answers] == [ids(client.recommend({"user": user}, k=3)) for user in users]


def test_async_errors_are_those_of_the_sync_client(served):
    async def ask() -> None:
        async with sl.AsyncClient(served.url, key=served.key) as client:
            with pytest.raises(sl.RequestError, match="^k: "):
                await client.recommend({"user": 100}, k=0)
        with pytest.raises(sl.ConfigError, match="the client is closed"):
            await client.livez()

    asyncio.run(ask())


def test_both_clients_have_the_same_methods():
    def signatures(kind: type) -> dict[str, str]:
        found = inspect.getmembers(kind, inspect.isfunction)
        return {name: str(inspect.signature(value)) for name, value in found if not name.startswith("_")}

    assert signatures(sl.Client) == signatures(sl.AsyncClient)
    assert {"recommend", "predict", "similar", "list_items", "reload"} < signatures(sl.Client).keys()


def test_importing_the_client_is_light():
    script = "import sys, shortlist; shortlist.Client('http://localhost'); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
