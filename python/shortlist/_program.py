"""The command ``shortlist``: replaces this process by the program that comes with the package."""

import os
import pathlib
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the program with this process's arguments."""
    program = pathlib.Path(__file__).with_name("shortlist")
    os.execv(program, ["shortlist", *sys.argv[1:]])
