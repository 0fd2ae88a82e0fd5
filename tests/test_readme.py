"""The commands of the README and of other pages do what the pages say.

Every `console` block of a page is run in one folder, in order. Lines that start with "$ " are commands. The other lines
are their output: each must occur in what the command prints, in that order; "..." stands for lines that the page omits.
A block that needs a table which is absent is skipped (SHORTLIST_DATA, or ../shared/data next to the repository).
"""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ["SHORTLIST"])
DATA = pathlib.Path(os.environ.get("SHORTLIST_DATA", ROOT.parent / "shared/data"))
PAGES = ["README.md", "docs/get-started.md", "docs/guides/several-tables.md", "docs/guides/implicit-feedback.md"]
TABLES = {"clean_data.csv": "anime/clean_data.csv", "ml-latest-small": "ml-latest-small"}


def blocks(page):
    return re.findall(r"^```console\n(.*?)^```", (ROOT / page).read_text(), re.M | re.S)


def steps(block):
    """Each command with the lines of output that follow it."""
    found = []
    for line in re.sub(r"\\\n\s*", "", block).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line and line != "...":
            found[-1][1].append(line.rstrip())
    return found


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    made = {}
    for page in PAGES:
        made[page] = tmp_path_factory.mktemp(pathlib.Path(page).stem)
        (made[page] / "examples").symlink_to(ROOT / "examples")
        for name, source in TABLES.items():
            if (DATA / source).exists():
                (made[page] / name).symlink_to(DATA / source)
    return made


@pytest.mark.parametrize("page, index", [(page, index) for page in PAGES for index in range(len(blocks(page)))])
def test_block_runs(folders, page, index):
    folder = folders[page]
    for command, expected in steps(blocks(page)[index]):
        if command.startswith("./dev"):
            continue  # what runs this test
        for name in TABLES:
            if (name in command or f"--data {name}" in blocks(page)[index]) and not (folder / name).exists():
                pytest.skip(f"{name} is absent")
        if re.search(r"\b(first|movies)\b", command) and not (folder / "ml-latest-small").exists():
            pytest.skip("ml-latest-small is absent")
        # Fewer epochs than a reader would run; everything else as it stands.
        if command.startswith("shortlist train examples/anime"):
            command += " --epochs 1"
        env = dict(os.environ, PATH=f"{PROGRAM.parent}:{os.environ['PATH']}")
        done = subprocess.run(command, shell=True, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        printed = iter(line.rstrip() for line in done.stdout.splitlines())
        for line in expected:
            assert any(line == other for other in printed), f"{command}\ndoes not print, in this order,\n{line}\n\n{done.stdout}"


def test_the_readme_shows_what_init_writes(folders):
    folder = folders["README.md"]
    if not (folder / "mine.toml").exists():
        pytest.skip("needs the blocks before")
    written = [line.rstrip() for line in (folder / "mine.toml").read_text().splitlines()]
    for shown in re.findall(r"^```toml\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S):
        for line in shown.splitlines():
            assert line == "..." or line.rstrip() in written, line
