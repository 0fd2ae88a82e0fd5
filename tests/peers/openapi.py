#!/usr/bin/env python3
"""schemathesis, with all its checks, against a running server and the description that it gives of itself.

    PYTHON tests/peers/openapi.py [EXAMPLES]

PYTHON is that of tests/peers/setup; EXAMPLES (30) is how many requests are tried an operation in each way. SHORTLIST is
the program's path. Exits with 1 where an answer is not as described.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from serving import make_bundles, run, serving

# Reloads are of the first model, so the other one's version stays. A tensor whose data do not fit its shape, or columns of
# uneven lengths, are refused. No schema can say so: that alone is not checked of the two foreign protocols.
CONFIG = """
[auth.openapi.key]
api_key = "{key}"

[parameters]
"path.model"   = "other"
"path.version" = "1"
"path.column"  = "title"
"path.id"      = "{item}"
"header.X-Min-Version" = "0"   # a server with an older model answers 503, as it should

# A list with more elements than allowed may also be a body with more bytes than allowed.
[checks]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]

[[operations]]
include-operation-id-regex = "^(tensorflow|inference)_.*(predict|infer)$"
checks.positive_data_acceptance.enabled = false
"""

# No schema can say either that `exclude` has one list of ids for each query, so requests are made to.
HOOKS = """
import schemathesis
from schemathesis import GenerationMode


@schemathesis.hook
def before_call(context, case, kwargs):
    body = case.body
    if case.meta.generation.mode != GenerationMode.POSITIVE or not isinstance(body, dict) or "queries" not in body:
        return
    lists = body.get("exclude")
    if lists and isinstance(lists[0], list):
        case.body = {**body, "exclude": (lists * len(body["queries"]))[: len(body["queries"])]}
"""


def main():
    examples = sys.argv[1] if len(sys.argv) > 1 else "30"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make_bundles(folder, {"one": 1, "two": 2})
        key = run("key", "ops", "--scope", "admin", "--keys", "keys", cwd=folder).stdout.strip()
        with serving("one", "other=two", "--keys", "keys", "--no-watch", cwd=folder) as server:
            item = server.ask("GET", "/v1/items?limit=1", headers={"X-API-Key": key})[2]["items"][0]["id"]
            (folder / "schemathesis.toml").write_text(CONFIG.format(key=key, item=item))
            (folder / "hooks.py").write_text(HOOKS)
            return subprocess.run(
                [os.path.join(sys.prefix, "bin", "schemathesis"), "run", f"http://127.0.0.1:{server.port}/openapi.json",
                 "--seed", "1", "--max-examples", examples, "--continue-on-failure", "--warnings", "off", "--generation-database", "none"],
                cwd=folder, env={**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(folder)},
            ).returncode  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
