"""The API's description: fetched from a server, without what is specific to its model, and as operations."""

import dataclasses
import json
import pathlib
import re
import subprocess
import tempfile
import urllib.request

CONFIG = """
[features]
country = { kind = "category", dim = 4 }
title   = { kind = "category", dim = 4 }
[query]
features = ["country"]
[items]
id       = "title"
features = ["title"]
[retrieval]
[[ranking]]
label = "rating"
[training]
epochs = 1
"""
# The names of these schemas have another meaning in the clients.
RENAMED = {"Problem": "ProblemDetails"}
LEADING = ("query", "queries", "pairs", "id", "ids", "column")  # arguments that need no name, in this order


def fetch(program):
    """The description by a server of a small model. The server requires keys, so it says which routes need one."""
    program = pathlib.Path(program).resolve()
    with tempfile.TemporaryDirectory() as folder:

        def run(*arguments):
            done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr

        pathlib.Path(folder, "config.toml").write_text(CONFIG)
        run("synth", "--rows", "3000", "--users", "60", "--items", "200", "--out", "ratings.csv")
        run("train", "config.toml", "--data", "ratings.csv", "--out", "model")
        run("key", "reader", "--keys", "keys")
        command = [program, "serve", "model", "--keys", "keys", "--port", "0"]
        with subprocess.Popen(command, cwd=folder, text=True, stderr=subprocess.PIPE) as server:
            url = next(found[1] for line in server.stderr if (found := re.search(r"msg=serving url=(\S+?)/?\s", line)))
            try:
                with urllib.request.urlopen(f"{url}/openapi.json") as answer:
                    return json.load(answer)
            finally:
                server.terminate()
                server.stderr.read()


def general(document):
    """The description without the columns and attributes of the server's model."""
    schemas = document["components"]["schemas"]
    scalar = {"type": ["string", "number", "boolean"]}
    schemas["QueryValue"] = {"anyOf": [{"type": [*scalar["type"], "null"]}, {"type": "array", "items": scalar}]}
    for name in ("Query", "ItemValues"):
        schemas[name] = {
            "type": "object",
            "description": "Values by column",
            "additionalProperties": {"$ref": "#/components/schemas/QueryValue"},
        }
    schemas["ConditionText"] = {"type": "string", "description": schemas["ConditionText"]["description"]}
    condition = schemas.pop("ConditionObject")["anyOf"][0]  # the kind of texts: all comparisons, any value
    del condition["properties"]["attribute"]["enum"]
    schemas["AttributeCondition"] = condition
    schemas["Condition"]["anyOf"] = [
        {"$ref": f"#/components/schemas/{name}"} for name in ("AttributeCondition", "ConditionText")
    ]
    for old, new in RENAMED.items():
        schemas[new] = schemas.pop(old)
    return document


@dataclasses.dataclass
class Argument:
    name: str
    schema: dict
    help: str
    required: bool
    place: str  # "path", "query" or "body"


@dataclasses.dataclass
class Operation:
    name: str
    method: str
    path: str  # "/v1/models"; "items/{id}" is relative to a model's address
    summary: str
    arguments: list
    request: str | None  # name of the body's schema
    answer: str | None  # name of the answer's schema. None: plain text
    statuses: list  # that have such an answer


def name_of(schema):
    """The name of the schema that this one refers to, if it does."""
    return schema["$ref"].rsplit("/", 1)[1] if "$ref" in schema else None


class Api:
    """The operations and schemas, without those of other protocols."""

    def __init__(self, document):
        self.schemas = document["components"]["schemas"]
        self.operations = [
            self._operation(path, method, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if not path.startswith(("/v2", "/v1/models/"))
        ]
        self.requests = self._reachable(operation.request for operation in self.operations)
        self.answers = self._reachable(operation.answer for operation in self.operations) | {"ProblemDetails", "FieldFault"}

    def _operation(self, path, method, operation):
        def answer_at(status):
            content = operation["responses"].get(status, {}).get("content", {})
            return content.get("application/json", {}).get("schema")

        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        of_model = path.startswith("/v1/") and path != "/v1/models" and not path.startswith("/v1/admin/")
        answer = answer_at("200")
        return Operation(
            name=operation["operationId"],
            method=method.upper(),
            path=path.removeprefix("/v1/") if of_model else path,
            summary=operation["summary"],
            arguments=self._arguments(operation, name_of(body)),
            request=name_of(body),
            answer=name_of(answer) if answer else None,
            statuses=[200] + [503] * (answer is not None and answer_at("503") == answer),
        )

    def _arguments(self, operation, request):
        found = [
            Argument(one["name"], one["schema"], one.get("description", ""), one.get("required", False), one["in"])
            for one in operation.get("parameters", [])
            if one["in"] != "header"  # the client's own: Session sends X-Min-Version
        ]
        body = self.schemas.get(request, {})
        found += [
            Argument(name, schema, schema.get("description", ""), name in body.get("required", []), "body")
            for name, schema in body.get("properties", {}).items()
        ]
        return sorted(found, key=lambda one: (LEADING.index(one.name) if one.name in LEADING else len(LEADING)))

    def _reachable(self, names):
        """The names of these schemas and of those that they refer to."""
        found, left = set(), [name for name in names if name]
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left += re.findall(r'"#/components/schemas/(\w+)"', json.dumps(self.schemas[name]))
        return found
