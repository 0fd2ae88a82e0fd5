"""The pages in Markdown: links lead somewhere, and lines wrap at 100."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
FREE = {"CHANGELOG.md"}


def name(page):
    return str(page.relative_to(ROOT))


def prose(page):
    """The numbered lines outside of code, fenced or indented."""
    inside = False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.lstrip().startswith("```"):
            inside = not inside
        elif not inside and not line.startswith("    "):
            yield number, line


def anchor(heading):
    """As GitHub makes it: lower case, without punctuation, blanks as hyphens."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def anchors(page):
    return {anchor(line.lstrip("#").strip()) for _, line in prose(page) if re.match(r"#+ ", line)}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    for number, line in prose(page):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, fragment = target.partition("#")
            found = (page.parent / path).resolve() if path else page
            assert found.exists(), f"{name(page)}:{number}: {target}"
            if fragment and found.suffix == ".md":
                assert fragment in anchors(found), f"{name(page)}:{number}: {target}"


@pytest.mark.parametrize("page", [page for page in PAGES if name(page) not in FREE], ids=name)
def test_lines_wrap_at_100(page):
    for number, line in prose(page):
        free = line.startswith("|") or "](" in line or len(line.split()) < 3 or line.count("`") >= 2
        assert len(line) <= 100 or free, f"{name(page)}:{number}: {len(line)} characters"


def test_every_page_of_the_docs_is_in_their_index():
    index = (ROOT / "docs/README.md").read_text()
    for page in ROOT.glob("docs/**/*.md"):
        link = str(page.relative_to(ROOT / "docs"))
        assert link == "README.md" or f"({link})" in index, link
