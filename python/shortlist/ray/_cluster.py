"""Ranks as actors of Ray in a placement group, and blocks of Ray as shards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shortlist._core import ConfigError
from shortlist._engines import need
from shortlist._ranks.job import Attempt, Meeting
from shortlist._ranks.shards import Shards, nested_columns, order

_TO_PLACE = 120.0  # seconds


class RayCluster:
    """The cluster that ``ray.init`` connected to.

    Parameters
    ----------
    threads : int
        The processors of a rank.
    """

    slots_are = "groups of processors for a rank's threads"

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._ray = need("ray")

    def slots(self, threads: int) -> int:
        """The most ranks that the nodes have processors for."""
        if not self._ray.is_initialized():
            raise ConfigError("Ray is not connected to a cluster: call ray.init() first")
        nodes = [node["Resources"].get("CPU", 0) for node in self._ray.nodes() if node["Alive"]]
        return sum(int(processors) // threads for processors in nodes)

    def is_table(self, data: Any) -> bool:
        """Whether it is a dataset of Ray."""
        return isinstance(data, need("ray.data").Dataset)

    def columns(self, data: Any) -> list[str]:
        """The columns of a dataset."""
        return list(data.schema().names)

    def write(self, data: Any, shards: Shards) -> Sequence[dict[str, Any]]:
        """Write the dataset's blocks, ordered over all of them."""
        if shards.key:
            data = data.sort(order(shards.key, shards.columns, _nested(data)))
        write = self._ray.remote(num_cpus=1, max_retries=2)(_write_block)
        parts: Sequence[dict[str, Any]] = self._ray.get(
            [write.remote(shards, number, block) for number, block in enumerate(data.to_arrow_refs())]
        )
        return parts

    def launch(self, attempt: Attempt) -> Sequence[dict[str, Any]]:
        """Run an actor for each rank, and wait until all have ended or one is lost."""
        ray = self._ray
        group = ray.util.placement_group([{"CPU": self._threads}] * attempt.ranks, strategy="SPREAD")
        actors: list[Any] = []
        try:
            if not group.wait(_TO_PLACE):
                raise ConfigError(f"the cluster had no free processors for {attempt.ranks} ranks within {_TO_PLACE:g} s")
            actor = ray.remote(num_cpus=self._threads, max_restarts=0)(Rank)
            for rank in range(attempt.ranks):
                strategy = need("ray.util.scheduling_strategies").PlacementGroupSchedulingStrategy(
                    placement_group=group, placement_group_bundle_index=rank
                )
                actors.append(actor.options(scheduling_strategy=strategy).remote())
            meet = ray.get(actors[0].address.remote())
            pending = [one.run.remote(attempt, rank, meet) for rank, one in enumerate(actors)]
            ends: list[dict[str, Any]] = []
            while pending:  # in the order in which they end, so that a lost actor is noticed at once
                done, pending = ray.wait(pending, num_returns=1)
                ends.append(ray.get(done[0]))
            return ends
        finally:
            for one in actors:
                ray.kill(one)
            ray.util.remove_placement_group(group)


class Rank:
    """An actor whose child process is a rank."""

    _held: Meeting | None = None

    def address(self) -> tuple[str, int]:
        """Hold a port for the ranks to meet at."""
        self._held = Meeting(need("ray").util.get_node_ip_address())
        return self._held.address

    def run(self, attempt: Attempt, rank: int, meet: Sequence[Any]) -> dict[str, Any]:
        """Run the rank."""
        return attempt.run(rank, meet, self._held)


def _write_block(shards: Shards, number: int, block: Any) -> dict[str, Any]:
    return shards.write(number, block.to_batches())


def _nested(data: Any) -> set[str]:
    """The columns that cannot be compared: nested ones, and Python objects, which have no type of Arrow."""
    arrow = need("pyarrow")
    schema = data.schema()
    typed = [(name, kind) for name, kind in zip(schema.names, schema.types) if isinstance(kind, arrow.DataType)]
    return nested_columns(arrow.schema(typed)) | (set(schema.names) - {name for name, _ in typed})
