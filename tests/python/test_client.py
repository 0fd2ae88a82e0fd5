"""The client, sync and async, of a server that the program starts."""

import asyncio
import http.server
import json
import pathlib
import pickle
import subprocess
import threading
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import shortlist as sl


class Served:
    """A model served with keys, and the keys."""

    def __init__(self, model: sl.Model, folder: pathlib.Path, program: pathlib.Path) -> None:
        self.program, self.keys = program, folder / "keys"
        self.key, self.admin = self.make_key("reader"), self.make_key("admin", "--scope", "admin")
        model.save(folder / "films")
        self.server = model.serve(port=0, arguments=["--keys", str(self.keys)], wait=False)
        self.url = self.server.url

    def make_key(self, name: str, *arguments: str) -> str:
        command = [self.program, "key", name, "--keys", self.keys, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[0]


@pytest.fixture(scope="module")
def served(
    model: sl.TwoTower, tmp_path_factory: pytest.TempPathFactory, program: pathlib.Path
) -> Iterator[Served]:
    made = Served(model, tmp_path_factory.mktemp("served"), program)
    with made.server:
        yield made


@pytest.fixture
def client(served: Served) -> Iterator[sl.Client]:
    with sl.Client(served.url, key=served.key) as made:
        yield made
