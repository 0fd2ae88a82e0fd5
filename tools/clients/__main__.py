"""Writes the clients in Python and TypeScript from the description that a server gives of its API.

    python3 tools/clients build/shortlist            names the files that differ from the description
    python3 tools/clients build/shortlist --write    writes them
"""

import pathlib
import sys

import description
import python
import typescript

ROOT = pathlib.Path(__file__).resolve().parents[2]


def generate(document):
    """The generated files' texts, by path in the repository."""
    api = description.Api(document)
    return {
        "python/shortlist/client/_types.py": python.types(api),
        "python/shortlist/client/_operations.py": python.operations(api),
        "web/client/src/types.ts": typescript.types(api),
        "web/client/src/operations.ts": typescript.operations(api),
    }


def outdated(files):
    return [name for name, text in files.items() if not (ROOT / name).exists() or (ROOT / name).read_text() != text]


def main():
    files = generate(description.general(description.fetch(sys.argv[1])))
    differing = outdated(files)
    if "--write" in sys.argv[2:]:
        for name in differing:
            (ROOT / name).write_text(files[name])
    for name in differing:
        print(name)
    return 1 if differing and "--write" not in sys.argv[2:] else 0


if __name__ == "__main__":
    sys.exit(main())
