"""Ranks as tasks that are pinned to workers of Dask, and partitions of Dask as shards."""

from __future__ import annotations

import urllib.parse
from collections.abc import Sequence
from typing import Any

from shortlist._core import ConfigError
from shortlist._engines import need
from shortlist._ranks.job import Attempt, Meeting
from shortlist._ranks.shards import Shards

_LOOK_EVERY = 0.5  # seconds


class DaskCluster:
    """The cluster of a client.

    Parameters
    ----------
    client : distributed.Client, optional
        The client, or the current one.
    """

    slots_are = "workers"

    def __init__(self, client: Any = None) -> None:
        distributed = need("distributed")
        try:
            self._client = client if client is not None else distributed.default_client()
        except ValueError:
            raise ConfigError("Dask has no client: create a distributed.Client first") from None

    def _workers(self) -> list[str]:
        """The workers' addresses, in an order that does not change while they live."""
        try:
            known = self._client.scheduler_info(n_workers=-1)
        except TypeError:  # earlier versions return all workers
            known = self._client.scheduler_info()
        return sorted(known["workers"])

    def slots(self, threads: int) -> int:
        """The number of workers, of which each runs one rank."""
        return len(self._workers())

    def is_table(self, data: Any) -> bool:
        """Whether it is a data frame of Dask."""
        return isinstance(data, need("dask.dataframe").DataFrame)

    def columns(self, data: Any) -> list[str]:
        """The columns of a data frame."""
        return [str(name) for name in data.columns]

    def write(self, data: Any, shards: Shards) -> Sequence[dict[str, Any]]:
        """Write the frame's partitions. Rows with equal first columns of the key are in one partition."""
        if shards.key:
            data = data.sort_values(shards.key[0])
        write = need("dask").delayed(_write_partition, pure=False)
        parts = [write(shards, number, part) for number, part in enumerate(data.to_delayed())]
        written: Sequence[dict[str, Any]] = self._client.gather(self._client.compute(parts))
        return written

    def launch(self, attempt: Attempt) -> Sequence[dict[str, Any]]:
        """Run a task for each rank on a worker of its own, and wait until all have ended or a worker is lost."""
        workers = self._workers()[: attempt.ranks]
        if len(workers) < attempt.ranks:
            raise ConfigError(f"{attempt.ranks} ranks need as many workers, but {len(workers)} are left")

        def submit(worker: str, work: Any, *arguments: Any) -> Any:
            # The task of a lost worker must not run on another one, where it would wait for itself.
            return self._client.submit(
                work, *arguments, workers=[worker], allow_other_workers=False, pure=False, retries=0
            )

        meet = submit(workers[0], _hold).result()
        tasks = [submit(worker, _run, attempt, rank, meet) for rank, worker in enumerate(workers)]
        try:
            self._wait(tasks, workers)
            ends: Sequence[dict[str, Any]] = self._client.gather(tasks)
            return ends
        finally:
            self._client.cancel(tasks)

    def _wait(self, tasks: Sequence[Any], workers: Sequence[str]) -> None:
        """Wait for tasks. The scheduler would keep the task of a lost worker for ever, so look at the workers, too."""
        distributed = need("distributed")
        while True:
            try:
                done = distributed.wait(list(tasks), timeout=_LOOK_EVERY).not_done == set()
            except distributed.TimeoutError:
                done = False
            if done:
                return
            lost = set(workers) - set(self._workers())
            if lost:
                raise RuntimeError(f"Dask lost the worker {sorted(lost)[0]}")


#: Ports that this worker holds.
_held: dict[tuple[str, int], Meeting] = {}


def _hold() -> tuple[str, int]:
    worker = need("distributed").get_worker()
    meeting = Meeting(urllib.parse.urlparse(worker.address).hostname or "127.0.0.1")
    _held[meeting.address] = meeting
    return meeting.address


def _run(attempt: Attempt, rank: int, meet: Sequence[Any]) -> dict[str, Any]:
    return attempt.run(rank, meet, _held.pop((meet[0], meet[1]), None) if rank == 0 else None)


def _write_partition(shards: Shards, number: int, frame: Any) -> dict[str, Any]:
    table = need("pyarrow").Table.from_pandas(frame, preserve_index=False)
    return shards.write(number, table.to_batches(), sort=bool(shards.key))
