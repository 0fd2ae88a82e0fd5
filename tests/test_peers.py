"""Other people's clients against a running server: tests/peers, where SHORTLIST_PEERS is the folder of tests/peers/setup."""

import os
import pathlib
import subprocess

import pytest

PEERS = os.environ.get("SHORTLIST_PEERS")
pytestmark = pytest.mark.skipif(not PEERS, reason="set SHORTLIST_PEERS to the folder that tests/peers/setup made")


def run(script, *arguments):
    script = pathlib.Path(__file__).parent / "peers" / script
    done = subprocess.run([f"{PEERS}/bin/python", script, *arguments], text=True, capture_output=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_description_holds():
    run("openapi.py", "1")


def test_clients_of_other_protocols_are_content():
    run("clients.py")
