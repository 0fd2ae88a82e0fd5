"""Every key of every JSON file of a bundle, missing, of another type or huge: a sentence that names the file, never a
library's words."""

import json

import pytest

from test_damage import ask, ask_to_serve, bundle, place, sign, sign_manifest  # noqa: F401

WRONG = [None, True, -1, 1e300, 2**63, "text", [], {}, [None]]


def places_in(tree, path=()):
    """Each place, but of lists only the first two entries."""
    yield path
    children = tree.items() if isinstance(tree, dict) else enumerate(tree[:2]) if isinstance(tree, list) else ()
    for key, child in children:
        yield from places_in(child, (*path, key))


def changed(tree, path, values):
    """The tree with the value there replaced, or removed if there is none."""
    if not path:
        return values[0] if values else None
    tree = json.loads(json.dumps(tree))
    parent = tree
    for key in path[:-1]:
        parent = parent[key]
    if values:
        parent[path[-1]] = values[0]
    else:
        del parent[path[-1]]
    return tree


def damages(tree):
    """Without each key, and with two wrong values for it, in turn."""
    for i, path in enumerate(places_in(tree)):
        if path:
            yield path, changed(tree, path, [])
        for value in (WRONG[i % len(WRONG)], WRONG[(i // len(WRONG) + 4 * i + 5) % len(WRONG)]):
            yield path, changed(tree, path, [value])


@pytest.mark.parametrize("name", ["features.json", "labels.json", "items.json", "history.json", "report.json", "recommend.json"])
def test_json_of_another_shape_is_told_in_a_sentence(bundle, name):  # noqa: F811
    tree = json.loads((bundle / name).read_text())
    for path, damaged in damages(tree):
        (bundle / name).write_text(json.dumps(damaged))
        sign(bundle, name)
        code, message = ask(bundle)  # checks that no library's words are in the message
        if name == "features.json" and path[-1:] == ("column",) and code == 2:
            continue  # the query's column has another name now
        names = f"{bundle}/" if name == "features.json" else f"{bundle}/{name}"
        assert code == 0 or (code == 3 and names in message), f"{path}: exit code {code}: {message}"


def test_a_manifest_of_another_shape_is_told_in_a_sentence(bundle):  # noqa: F811
    tree = json.loads((bundle / "manifest.json").read_text())
    for path, damaged in damages(tree):
        if isinstance(damaged, dict):
            sign_manifest(bundle, damaged)
        else:
            (bundle / "manifest.json").write_text(json.dumps(damaged))
        code, message = ask(bundle)
        assert code == 0 or (code == 3 and str(bundle) in message), f"{path}: exit code {code}: {message}"


def test_golden_requests_of_another_shape_are_told_in_a_sentence(bundle):  # noqa: F811
    tree = json.loads((bundle / "golden.json").read_text())
    for at, (path, damaged) in enumerate(damages(tree)):
        if at % 3:
            continue  # a server takes longer to start than a bundle to load
        (bundle / "golden.json").write_text(json.dumps(damaged))
        sign(bundle, "golden.json")
        code, message = ask_to_serve(bundle)
        assert code == 0 or (code == 3 and f"{bundle}/golden.json" in message), f"{path}: exit code {code}: {message}"
