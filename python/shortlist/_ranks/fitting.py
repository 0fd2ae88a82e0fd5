"""Fitting an estimator on an engine."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from typing import Any, Protocol

from shortlist import _core
from shortlist._arguments import whole
from shortlist._callbacks import Callback, Progress, shows_progress
from shortlist._core import ConfigError
from shortlist._estimator import Estimator
from shortlist._fitted import own_folder
from shortlist._ranks import storage
from shortlist._ranks.driver import Driver, check_slots, new_token
from shortlist._ranks.job import Attempt
from shortlist._ranks.shards import Shards, key_columns
from shortlist._tables import to_table

_TO_REPLACE = 120.0  # seconds that a cluster has to replace a lost worker


class Cluster(Protocol):
    """An engine's cluster."""

    #: What a rank occupies, for messages: "free slots", "workers".
    slots_are: str

    def slots(self, threads: int) -> int:
        """The most ranks that can run at a time, each with so many threads."""
        ...

    def columns(self, data: Any) -> list[str]:
        """The columns of the engine's table."""
        ...

    def write(self, data: Any, shards: Shards) -> Sequence[dict[str, Any]]:
        """Write the table's rows as shards, ordered by their key if it has columns."""
        ...

    def is_table(self, data: Any) -> bool:
        """Whether it is a table of the engine."""
        ...

    def launch(self, attempt: Attempt) -> Sequence[dict[str, Any]]:
        """Run all ranks of an attempt and return how they ended."""
        ...


def fit_on(
    cluster: Cluster,
    estimator: Estimator,
    data: Any,
    *,
    ranks: int,
    key: str | Sequence[str] | None,
    folder: str | os.PathLike[str] | None,
    restarts: int,
    callbacks: Sequence[Callback],
    command: Sequence[str] = (),
) -> Driver:
    """Fit an estimator on the rows of an engine's table, with its ranks on the engine's workers.

    ``command`` is the program of the ranks; it is the package's but in tests.
    """
    whole(ranks, "ranks", 1, 1 << 16)
    whole(restarts, "restarts", 0, 1 << 16)
    threads = max(1, int(estimator.get_params().get("threads") or 1))
    slots = functools.partial(cluster.slots, threads)
    check_slots(ranks, slots, cluster.slots_are)
    key = key_columns(key, cluster.columns(data))
    shared = os.path.abspath(os.fspath(folder)) if folder is not None else own_folder(estimator)
    token = new_token()
    storage.begin(shared, token)
    out = estimator.get_params().get("out")
    out = os.path.abspath(os.fspath(out)) if out is not None else os.path.join(shared, "model")
    if os.path.exists(out):
        raise ConfigError(f"{out}: is there already; remove it, or choose another folder for storage or out")
    tables = _tables(cluster, estimator, data, key, shared, token)
    arguments = ["train", _config(estimator, tables, shared), "--out", out, "--json", "--threads", str(threads)]
    for name, table in tables.items():
        arguments += [f"--{name}", table]
    first = Attempt(shared, token, ranks, 1, tuple(arguments), tuple(command))
    shown: list[Callback] = [Progress()] if shows_progress(estimator.get_params().get("verbose")) else []

    def again() -> list[str]:
        check_slots(ranks, slots, cluster.slots_are, _TO_REPLACE)
        return [_resume(out)]

    driver = Driver(first, cluster.launch, [*shown, *callbacks], restarts, again)
    driver.run()
    estimator._kind = "pandas"
    estimator._open(out)
    for name in ("items", "users"):  # evaluate() reads them, and needs no engine for it
        if name in tables and cluster.is_table(estimator.get_params()[name]):
            setattr(estimator, name, tables[name])
    return driver


def _resume(out: str) -> str:
    """The argument of an attempt after another: it goes on if there is a checkpoint."""
    checkpoints = os.path.join(out, "run", "checkpoints")
    return "--resume" if os.path.isdir(checkpoints) and os.listdir(checkpoints) else "--overwrite"


def _tables(
    cluster: Cluster, estimator: Estimator, data: Any, key: Sequence[str], shared: str, token: str
) -> dict[str, str]:
    """The tables of the job as files, by the names of the command's flags."""
    tables = {"data": _shards(cluster, data, Shards(shared, token, "data", key, cluster.columns(data)))}
    for name in ("items", "users"):
        table = estimator.get_params().get(name)
        if table is None:
            continue
        if cluster.is_table(table):
            columns = cluster.columns(table)
            id_column = estimator.get_params().get("item" if name == "items" else "query")
            order = [id_column] if id_column in columns else columns[:1]
            tables[name] = _shards(cluster, table, Shards(shared, token, name, order, columns))
        elif isinstance(table, (str, os.PathLike)):
            tables[name] = os.fspath(table)
        else:
            tables[name] = os.path.join(shared, f"{name}.parquet")
            to_table(table, name).write(tables[name])
    return tables


def _shards(cluster: Cluster, data: Any, shards: Shards) -> str:
    shards.begin()
    shards.finish(cluster.write(data, shards))
    return shards.table


def _config(estimator: Estimator, tables: dict[str, str], shared: str) -> str:
    """The config of the estimator for these tables, as a file."""
    parameters = estimator.get_params()
    parameters.update((name, tables[name]) for name in ("items", "users") if name in tables)
    copy = type(estimator)(**parameters)
    path = os.path.join(shared, "config.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(_core.settings_to_toml(copy._settings(tables["data"])))
    return path
