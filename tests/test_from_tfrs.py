"""docs/guides/from-tfrs.md names settings, functions and metrics that exist, and says that only TPUs are missing."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parent.parent
PAGE = ROOT / "docs" / "guides" / "from-tfrs.md"
LAYER = re.compile(r"\{ ([a-z_]+) = ")


def rows():
    """The cells of each row whose second column is Shortlist's."""
    columns = []
    for line in PAGE.read_text().splitlines():
        if not line.startswith("|"):
            columns = []
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not columns:
            columns = cells
        elif "Shortlist" in columns and not set(cells[0]) <= set("-:"):
            yield cells[0], cells[columns.index("Shortlist")], " ".join(cells[columns.index("Shortlist") + 1:])


def settings():
    """Every key, layer and kind that the pages of the reference write as code."""
    pages = [*(ROOT / "docs" / "reference").glob("*.md"), *(ROOT / "docs" / "guides").glob("*.md")]
    return set(re.findall(r"[a-z_0-9]+", " ".join(
        " ".join(re.findall(r"`[^`\n]+`|^[a-z_]+ *=.*$", page.read_text(), re.M)) for page in pages if page != PAGE)))


def test_only_tpus_are_missing():
    missing = [theirs for theirs, ours, _ in rows() if re.search(r"not (available|here|supported)|no counterpart|none", ours)]
    assert missing == ["TPUs"]


def test_every_row_has_a_counterpart():
    assert len(list(rows())) > 90
    assert not [theirs for theirs, ours, _ in rows() if not ours]


def test_keys_and_layers_exist():
    known = settings()
    keys = {key for _, ours, _ in rows() for code in re.findall(r"`([^`]+)`", ours)
            for key in re.findall(r"(?:^|[{, .])([a-z_]+) = ", code)}
    assert len(keys) > 60
    assert not keys - known, f"the reference has no {sorted(keys - known)}"


def test_options_and_commands_exist():
    commands = (ROOT / "docs" / "reference" / "cli.md").read_text()
    for _, ours, _ in rows():
        for code in re.findall(r"`([^`]+)`", ours):
            if code.startswith("shortlist "):
                assert f"shortlist {code.split()[1]}" in commands, code
            for option in re.findall(r"(?:^| )(--[a-z-]+)", code):
                assert option in commands or option == "--logdir", code
