"""Ranks in Spark's barrier mode, and rows of Spark as shards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from shortlist._core import ConfigError
from shortlist._engines import need
from shortlist._ranks.job import Attempt, Meeting
from shortlist._ranks.shards import Shards, order
from shortlist._tables import warn


class SparkCluster:
    """The cluster of a session.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
        The session.
    """

    slots_are = "free slots (a task's spark.task.cpus)"

    def __init__(self, session: Any) -> None:
        self._session = session

    def slots(self, threads: int) -> int:
        """The number of tasks that run at a time, of which each rank is one."""
        try:
            context = self._session.sparkContext
        except Exception as error:
            raise ConfigError(f"a session of Spark Connect cannot start ranks: {error}") from None
        inner = context._jsc.sc()
        processors = int(context.getConf().get("spark.task.cpus", "1"))
        if threads > processors:
            warn([f"a rank has {threads} threads, but spark.task.cpus reserves {processors} processors for it"])
        if context.getConf().get("spark.dynamicAllocation.enabled", "false") == "true":
            raise ConfigError("spark.dynamicAllocation.enabled is true; ranks need a fixed number of executors")
        return int(inner.maxNumConcurrentTasks(inner.resourceProfileManager().defaultResourceProfile()))

    def is_table(self, data: Any) -> bool:
        """Whether it is a DataFrame of Spark."""
        return isinstance(data, need("pyspark.sql").DataFrame)

    def columns(self, data: Any) -> list[str]:
        """The columns of a DataFrame."""
        return list(data.columns)

    def write(self, data: Any, shards: Shards) -> list[dict[str, Any]]:
        """Write the DataFrame's partitions, ordered over all of them."""
        if shards.key:
            nested = {field.name for field in data.schema if field.dataType.typeName() in ("array", "map", "struct")}
            data = data.orderBy(*[f"`{name}`" for name in order(shards.key, shards.columns, nested)])

        def work(batches: Iterable[Any]) -> Iterator[Any]:
            part = need("pyspark").TaskContext.get().partitionId()
            yield _row(shards.write(part, batches))

        return [json.loads(row.value) for row in data.mapInArrow(work, "value string").collect()]

    def launch(self, attempt: Attempt) -> Sequence[dict[str, Any]]:
        """Run a barrier stage with a task for each rank."""

        def work(batches: Iterable[Any]) -> Iterator[Any]:
            for _ in batches:  # a row, which makes the partition
                pass
            context = need("pyspark").BarrierTaskContext.get()
            rank = context.partitionId()
            host = context.getTaskInfos()[rank].address.rpartition(":")[0]
            held = Meeting(host) if rank == 0 else None
            addresses = context.allGather(json.dumps(held.address if held is not None else None))
            yield _row(attempt.run(rank, json.loads(addresses[0]), held))

        rows = self._session.range(0, attempt.ranks, 1, attempt.ranks)
        ends = rows.mapInArrow(work, "value string", barrier=True).collect()
        return [json.loads(row.value) for row in ends]


def _row(value: dict[str, Any]) -> Any:
    return need("pyarrow").RecordBatch.from_pydict({"value": [json.dumps(value)]})
