"""Ranks of one job: how they find each other under each launcher, and what happens when one is lost."""

import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import time

import packet_relay
import pytest
from program import PROGRAM

MODULE = pathlib.Path(PROGRAM).parent / "libshortlist_gloo.so"
pytestmark = pytest.mark.skipif(not MODULE.exists(), reason="built without Gloo (Debian: apt install libgloo-dev)")

ALL = bool(os.environ.get("SHORTLIST_TEST_ALL"))
FOR_LONG = ["bench", "ranks", "--rounds", 1_000_000]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**variables):
    """This process's, without what a launcher may have set."""
    kept = {k: v for k, v in os.environ.items() if not re.match(r"SHORTLIST_(RANK|MEET|JOB|ATTEMPT|LIFE)|RANK$|WORLD_SIZE|OMPI|PMI|SLURM", k)}
    return kept | {k: str(v) for k, v in variables.items()}


class Ranks:
    """Processes that are ended with the test."""

    def __init__(self):
        self.processes = []

    def start(self, *arguments, before=(), cwd=None, **variables):
        process = subprocess.Popen(
            [*map(str, before), os.path.abspath(PROGRAM), *map(str, arguments)],
            cwd=cwd, env=environment(**variables), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        self.processes.append(process)
        return process

    def close(self):
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.communicate()


@pytest.fixture
def ranks():
    started = Ranks()
    yield started
    started.close()


def end(process, seconds=30):
    """Its exit code, standard output and standard error."""
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


def meeting():
    return dict(SHORTLIST_MEET=f"127.0.0.1:{free_port()}", SHORTLIST_JOB="test")


def children_of(process):
    """The processes that it started, by rank."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, KeyError, ValueError):
            if int((path / "stat").read_text().rsplit(")", 1)[1].split()[1]) == process.pid:
                variables = dict(v.split("=", 1) for v in (path / "environ").read_text().split("\0") if "=" in v)
                found[int(variables["SHORTLIST_RANK"])] = int(path.name)
    return found


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError("did not happen in time")


def has_output(process):
    """Waits until rank 0 has printed its first line: all ranks have met."""
    return process.stdout.readline()


LAUNCHERS = {
    "flags": lambda rank, port: ({}, ["--rank", rank, "--ranks", 2, "--meet", f"127.0.0.1:{port}", "--job", "test"]),
    "variables": lambda rank, port: (dict(SHORTLIST_RANK=rank, SHORTLIST_RANKS=2, SHORTLIST_MEET=f"127.0.0.1:{port}"), []),
    "torchrun": lambda rank, port: (
        dict(RANK=rank, WORLD_SIZE=2, MASTER_ADDR="127.0.0.1", MASTER_PORT=port - 1, TORCHELASTIC_RUN_ID="test"), []),
    "mpirun": lambda rank, port: (
        dict(OMPI_COMM_WORLD_RANK=rank, OMPI_COMM_WORLD_SIZE=2, OMPI_COMM_WORLD_LOCAL_SIZE=2, OMPI_MCA_ess_base_jobid=port), []),
    "slurm": lambda rank, port: (
        dict(SLURM_PROCID=rank, SLURM_NTASKS=2, SLURM_STEP_ID=0, SLURM_JOB_ID=port, SLURM_STEP_NODELIST="localhost"), []),
    "kubernetes": lambda rank, port: (
        dict(JOB_COMPLETION_INDEX=rank, SHORTLIST_RANKS=2, SHORTLIST_MEET=f"localhost:{port}"), []),
}


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_ranks_find_each_other(ranks, launcher):
    port = free_port()
    started = []
    for rank in range(2):
        variables, flags = LAUNCHERS[launcher](rank, port)
        started.append(ranks.start("bench", "ranks", "--rounds", 2, *flags, **variables))
    first, second = [end(process) for process in started]
    assert first[0] == 0 and second[0] == 0, first[2] + second[2]
    assert first[1].startswith("2 ranks\n") and len(first[1].splitlines()) == 10
    assert second[1:] == ("", "")  # only rank 0 prints


REAL = {
    "mpirun": ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "2"],
    "torchrun": ["torchrun", "--nproc-per-node", "2", "--no-python"],
    "srun": ["srun", "--ntasks", "2"],
}


@pytest.mark.parametrize("launcher", REAL)
def test_real_launchers_start_ranks(launcher):
    if not shutil.which(launcher):
        pytest.skip(f"{launcher} is not installed")
    done = subprocess.run([*REAL[launcher], PROGRAM, "bench", "ranks", "--rounds", "2"], env=environment(),
                          capture_output=True, text=True, timeout=100)
    assert done.returncode == 0 and done.stdout.startswith("2 ranks\n"), done.stdout + done.stderr


def test_one_rank_needs_no_meeting_point(ranks):
    code, out, _ = end(ranks.start("bench", "ranks", "--rounds", 2))
    assert code == 0 and out.startswith("1 rank\n")


def test_ranks_refuse_each_other_if_they_compute_otherwise(ranks):
    where = meeting()
    started = [ranks.start("bench", "ranks", SHORTLIST_RANK=rank, SHORTLIST_RANKS=2, **target, **where)
               for rank, target in enumerate([{}, dict(SHORTLIST_TARGET="SSSE3")])]
    for rank, process in enumerate(started):
        code, out, err = end(process)
        assert code == 2 and out == ""
        # Both find it, and the one that ends first tells the other.
        assert re.fullmatch(
            rf"shortlist: rank {rank}: (rank \d on .* ended: )?the set of vector instructions differs: rank 0 has .*, rank 1 has .*\. "
            "All ranks of a job must have the same\n", err)


def test_wrong_flags_are_named(ranks):
    code, _, err = end(ranks.start("bench", "ranks", "--rank", 2, "--ranks", 2, "--meet", "127.0.0.1:1"))
    assert (code, err) == (2, "shortlist: SHORTLIST_RANK (--rank) is 2, but there are 2 ranks, which count from 0\n")
    code, _, err = end(ranks.start("bench", "ranks", "--rank", 0, "--ranks", 2))
    assert code == 2 and "SHORTLIST_MEET (--meet) is not set" in err


def test_a_rank_ends_with_its_life_line(ranks):
    where = meeting()
    first = ranks.start(*FOR_LONG, "--ranks", 2, "--rank", 0, **where)
    second = ranks.start(*FOR_LONG, "--ranks", 2, "--rank", 1, "--life-line", **where)
    has_output(first)
    begin = time.monotonic()
    second.stdin.close()
    second.stdin = None
    gone = "its standard input has ended, so the program that started it is gone"
    code, _, err = end(second)
    assert code == 1 and err == f"shortlist: rank 1: {gone}\n"
    code, _, err = end(first)
    assert code == 1 and re.fullmatch(rf"shortlist: rank 0: rank 1 on .* \(process {second.pid}\) ended: {gone}\n", err)
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_killed_rank_ends_the_others_by_name(ranks, lost):
    where = meeting()
    started = [ranks.start(*FOR_LONG, SHORTLIST_RANK=rank, SHORTLIST_RANKS=3, **where) for rank in range(3)]
    has_output(started[0])
    time.sleep(random.random() / 2)
    begin = time.monotonic()
    started[lost].kill()
    for rank, process in enumerate(started):
        code, _, err = end(process)
        if rank != lost:
            assert code == 1
            assert re.fullmatch(
                rf"shortlist: rank {rank}: rank {lost} on .* \(process {started[lost].pid}\) ended without a reason: "
                "it was killed, or it crashed\n", err)
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("lost", [0, 1])
def test_a_stopped_rank_ends_the_others_within_ten_seconds(ranks, lost):
    where = meeting()
    started = [ranks.start(*FOR_LONG, SHORTLIST_RANK=rank, SHORTLIST_RANKS=2, **where) for rank in range(2)]
    has_output(started[0])
    begin = time.monotonic()
    started[lost].send_signal(signal.SIGSTOP)
    code, _, err = end(started[1 - lost])
    assert code == 1 and 7 < time.monotonic() - begin < 10
    assert re.fullmatch(
        rf"shortlist: rank {1 - lost}: rank {lost} on .* \(process {started[lost].pid}\) has been silent for 8 s: "
        "it is stopped, or the network to it is down\n", err)
    started[lost].send_signal(signal.SIGCONT)
    assert end(started[lost])[0] == 1


def test_launch_starts_all_ranks_again(ranks):
    driver = ranks.start("launch", "--ranks", 3, "--restarts", 2, "--", *FOR_LONG)
    has_output(driver)
    pids = wait_for(lambda: len(children_of(driver)) == 3 and children_of(driver))
    os.kill(pids[2], signal.SIGKILL)
    has_output(driver)
    for _ in range(9):
        if driver.stdout.readline() == "3 ranks\n":
            break
    again = wait_for(lambda: len(children_of(driver)) == 3 and children_of(driver))
    assert not set(again.values()) & set(pids.values())
    driver.send_signal(signal.SIGINT)
    code, _, err = end(driver)
    assert code == 130
    assert re.search(r"shortlist: rank \d (was ended by signal 9|ended with code 1); starting all ranks again, 1 of 2\n", err)
    wait_for(lambda: not any(pathlib.Path(f"/proc/{pid}").exists() for pid in again.values()))


def test_launch_gives_up(ranks):
    code, _, err = end(ranks.start("launch", "--ranks", 2, "--restarts", 1, "--", "train", "missing.toml"))
    assert code == 3 or code == 2  # not tried again
    assert "starting all ranks again" not in err
    code, out, err = end(ranks.start("launch", "--ranks", 9, "--", "bench", "ranks"), seconds=60)
    assert code == 2 and "got 9 ranks, need at most 8" in err


def test_ranks_of_a_killed_launch_end(ranks):
    driver = ranks.start("launch", "--ranks", 2, "--", *FOR_LONG)
    has_output(driver)
    pids = wait_for(lambda: len(children_of(driver)) == 2 and children_of(driver))
    driver.kill()
    wait_for(lambda: not any(pathlib.Path(f"/proc/{pid}/exe").exists() for pid in pids.values()), seconds=5)


@pytest.fixture
def hosts():
    made = None
    try:
        made = packet_relay.TwoHosts(delay=0.02, drop=0.01)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"network namespaces need root and /dev/net/tun: {error}")
    yield made
    made.close()


def start_on(ranks, hosts, *arguments):
    """A rank on each host. They meet at the first."""
    where = dict(SHORTLIST_MEET=f"{hosts.addresses[0]}:29400", SHORTLIST_JOB="test", SHORTLIST_RANKS=2)
    return [ranks.start(*arguments, before=hosts.command(rank), SHORTLIST_RANK=rank, **where) for rank in range(2)]


def test_a_network_that_delays_and_drops_is_endured(ranks, hosts):
    started = start_on(ranks, hosts, "bench", "ranks", "--rounds", 1)
    # Eight sizes up to 16 MiB are too much for it, so only the small ones are awaited.
    assert has_output(started[0]) == "2 ranks\n"
    started[0].stdout.readline()
    sizes = [int(started[0].stdout.readline().split()[0]) for _ in range(4)]
    assert sizes == [8, 64, 512, 4096]
    assert started[0].poll() is None and started[1].poll() is None


def test_a_link_that_goes_down_ends_both_ranks(ranks, hosts):
    started = start_on(ranks, hosts, *FOR_LONG)
    has_output(started[0])
    begin = time.monotonic()
    hosts.link(1, "down")
    for rank, process in enumerate(started):
        code, _, err = end(process)
        assert code == 1
        assert f"shortlist: rank {rank}: rank {1 - rank} on " in err and "has been silent for 8 s" in err
    assert time.monotonic() - begin < 10


@pytest.mark.skipif(not ALL, reason="set SHORTLIST_TEST_ALL=1")
def test_ranks_are_killed_at_random_moments(ranks):
    luck = random.Random(7)
    for _ in range(20):
        where = meeting() | dict(SHORTLIST_START_TIMEOUT=3)
        started = [ranks.start(*FOR_LONG, SHORTLIST_RANK=rank, SHORTLIST_RANKS=3, **where) for rank in range(3)]
        time.sleep(luck.random())
        lost = luck.randrange(3)
        started[lost].kill()
        for rank, process in enumerate(started):
            if rank != lost:
                code, _, err = end(process, seconds=30)
                # A rank that was killed before it came is missed at the start.
                missed = "rank 0 did not answer" if lost == 0 else f"1 of 3 ranks did not come within 3 s: {lost}\n"
                assert code == 1 and (f"rank {lost} on" in err or missed in err), err
