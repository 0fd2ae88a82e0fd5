"""A program of ours and its peers, in interleaved rounds: what every comparison shares."""

import json
import os
import statistics
import subprocess

# PyTorch's threads bound to cores; it is slower and wavers without.
BOUND = {"OMP_PROC_BIND": "true", "OMP_PLACES": "cores", "OMP_WAIT_POLICY": "active"}


def run(command, **environment):
    """The JSON object that a command prints, or None when it cannot run."""
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    return json.loads(done.stdout[done.stdout.index("{"):]) if done.returncode == 0 else None


def compare(ours, peers, rounds):
    """`ours` and each of `peers` are functions that run once and return a time, or None when they cannot run."""
    own, theirs = [], {peer: [] for peer in peers}
    for _ in range(rounds):
        own.append(ours())
        for peer, measure in peers.items():
            time = measure()
            if time is not None:
                theirs[peer].append(time)
    report = {"rounds": rounds, "ms": statistics.median(own), "ms_least": min(own), "ms_most": max(own), "peers": {}}
    for peer, times in theirs.items():
        report["peers"][peer] = "not measured" if not times else {
            "ms": statistics.median(times), "ms_least": min(times), "ms_most": max(times),
            "ratio": statistics.median(t / o for t, o in zip(times, own)),
        }
    return report
