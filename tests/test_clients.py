"""The clients in Python and TypeScript are what tools/clients makes of the server's description of its API."""

import importlib.util
import pathlib
import sys

import pytest

from serving import PROGRAM

ROOT = pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def clients():
    """The module tools/clients."""
    folder = ROOT / "tools" / "clients"
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location("clients", folder / "__main__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def document(clients):
    return clients.description.general(clients.description.fetch(PROGRAM))


def test_the_clients_are_up_to_date(clients, document):
    files = clients.generate(document)
    assert clients.outdated(files) == [], "run python3 tools/clients build/shortlist --write"


def test_a_new_operation_becomes_a_method_of_both_clients(clients, document):
    path = {"get": {**document["paths"]["/v1/model"]["get"], "operationId": "get_news"}}
    files = clients.generate({**document, "paths": {**document["paths"], "/v1/news": path}})
    assert set(clients.outdated(files)) == {name for name in files if "operations" in name}
    assert files["python/shortlist/client/_operations.py"].count('self._call("GET", "news")') == 2
    assert "getNews(options?: CallOptions): Promise<types.ModelCard>" in files["web/client/src/operations.ts"]
