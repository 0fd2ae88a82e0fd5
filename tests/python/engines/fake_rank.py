"""A stand-in for the ranks of `shortlist train`: rank 0 trains by itself, the others wait for its bundle.

fake_rank.py PROGRAM PLAN ARGUMENT...: PLAN is {"ATTEMPT": {"RANK": ACTION}}, where an action is "kill" (by SIGKILL),
"hang", or [CODE, MESSAGE]. The ranks without an action end when another rank has one, as survivors do.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

program, plan, *arguments = sys.argv[1:]
rank, attempt = int(os.environ["SHORTLIST_RANK"]), os.environ["SHORTLIST_ATTEMPT"]
out = pathlib.Path(arguments[arguments.index("--out") + 1])
actions = {int(number): action for number, action in json.loads(plan).get(attempt, {}).items()}


children: list[subprocess.Popen[bytes]] = []


def life_line() -> None:
    while os.read(0, 4096):
        pass
    for child in children:
        child.kill()
    os._exit(9)


def end(code: int, message: str) -> None:
    print(f"shortlist: {message}", file=sys.stderr, flush=True)
    os._exit(code)


threading.Thread(target=life_line, daemon=True).start()
assert len(os.environ["SHORTLIST_JOB"]) == 32
port = int(os.environ["SHORTLIST_MEET"].rpartition(":")[2])
if rank == 0:
    held = socket.socket(fileno=int(os.environ["SHORTLIST_MEET_FD"]))
    assert held.getsockname()[1] == port and held.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
action = actions.get(rank)
if action == "hang":
    time.sleep(600)
if action == "kill":
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
if action is not None:
    end(*action)
if actions and "hang" not in actions.values():
    time.sleep(1)
    end(1, f"rank {min(actions)} ended")
if actions:
    time.sleep(600)
if rank == 0:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHORTLIST_")}
    children.append(subprocess.Popen([program, *arguments], env=environment, stdin=subprocess.DEVNULL))
    sys.exit(children[0].wait())
while not (out / "manifest.json").exists():
    time.sleep(0.1)
