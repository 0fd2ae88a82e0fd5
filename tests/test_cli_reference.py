"""docs/reference/cli.md is what the program's --help prints."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def test_the_page_of_the_command_line_is_up_to_date():
    program = os.environ["SHORTLIST"]
    page = subprocess.run([sys.executable, ROOT / "tools/cli_reference", program], capture_output=True, text=True, check=True).stdout
    committed = (ROOT / "docs/reference/cli.md").read_text()
    assert page == committed, f"write it again: tools/cli_reference {program} --write"
    for command in ("## train\n", "## recommend\n", "## bench serve\n", "## Options for tables\n"):
        assert command in page
