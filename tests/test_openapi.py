"""The description of the API: its examples can be sent as they are, and it has every error code that the docs have."""

import pathlib
import re
import urllib.parse

import pytest

from serving import make_bundles, serving

HTTP_DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs" / "reference" / "http.md"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("openapi")
    make_bundles(folder, {"one": 1})
    with serving("one", cwd=folder) as server:
        yield server


@pytest.fixture(scope="module")
def operations(server):
    """(method, path, operation) of all paths."""
    paths = server.ask("GET", "/openapi.json")[2]["paths"]
    return [(method.upper(), path, operation) for path, methods in paths.items() for method, operation in methods.items()]


def with_examples(path, operation):
    """The path with the examples of its parameters in it."""
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", urllib.parse.quote(parameter["example"]))
    return path


def test_every_request_with_a_body_has_an_example_that_can_be_sent(server, operations):
    posts = [entry for entry in operations if entry[0] == "POST"]
    assert len(posts) > 8
    for _, path, operation in posts:
        body = operation["requestBody"]["content"]["application/json"]["example"]
        status, _, answer = server.post(with_examples(path, operation), body)
        # Without --keys there is no admin.
        assert status == (401 if "admin" in path else 200), (path, answer)


def test_every_path_can_be_asked_for_with_its_examples(server, operations):
    gets = [entry for entry in operations if entry[0] == "GET"]
    assert {"/healthz", "/v1/items/{id}", "/v1/features/{column}/values"} <= {path for _, path, _ in gets}
    for _, path, operation in gets:
        status, _, answer = server.ask("GET", with_examples(path, operation))
        assert status == 200, (path, answer)


def test_every_error_code_is_in_the_docs_and_in_the_description(server):
    problem = server.ask("GET", "/openapi.json")[2]["components"]["schemas"]["Problem"]
    described = set(re.findall(r"`(\w+)`: ", problem["properties"]["code"]["description"]))
    documented = set(re.findall(r"`([a-z]+(?:_[a-z0-9]+)*)`", HTTP_DOCS.read_text()))
    assert {"not_found", "method_not_allowed", "no_key"} <= described <= documented
    for method, path, body in (("GET", "/nope", None), ("DELETE", "/v1/recommend", None), ("POST", "/v1/recommend", "{"),
                               ("POST", "/v1/recommend", {"k": -1}), ("POST", "/v1/predict", {"query": {}, "id": "nope"})):
        status, _, answer = server.ask(method, path, body)
        assert status >= 400 and answer["code"] in described, (path, answer)
