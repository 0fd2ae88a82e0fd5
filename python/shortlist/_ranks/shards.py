"""An engine's rows as Parquet files in one order, which do not depend on how the engine divided them."""

from __future__ import annotations

import os
import shutil
import socket
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from shortlist._arguments import texts
from shortlist._core import ConfigError, DataError
from shortlist._engines import need
from shortlist._ranks import storage
from shortlist._tables import DataWarning

_ROWS_OF_GROUP = 1 << 16


class Shards:
    """The files of a table, written by workers: a value that engines can pickle.

    Parameters
    ----------
    folder : str
        The job's folder.
    token : str
        The job's token.
    name : str
        The name of the table, and of its folder.
    key : list of str
        The columns that order the rows.
    columns : list of str
        The columns of the table.
    """

    def __init__(self, folder: str, token: str, name: str, key: Sequence[str], columns: Sequence[str]) -> None:
        self.storage = folder
        self.token = token
        self.name = name
        self.key = list(key)
        self.columns = list(columns)

    @property
    def folder(self) -> str:
        """The folder of the files."""
        return os.path.join(self.storage, self.name)

    @property
    def table(self) -> str:
        """The table, as commands take it."""
        return os.path.join(self.folder, "*.parquet")

    def begin(self) -> None:
        """Make the folder, without files of an earlier job."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)

    def write(self, number: int, batches: Iterable[Any], sort: bool = False) -> dict[str, Any]:
        """Write the rows of one part on a worker.

        Parameters
        ----------
        number : int
            The number of the part, from 0.
        batches : iterable of pyarrow.RecordBatch
            The rows, in order unless ``sort`` is set.
        sort : bool
            Whether to order the rows of the part.

        Returns
        -------
        dict
            ``file`` and ``rows``; or ``error``, since an exception in a worker would be tried again.
        """
        try:
            storage.check(self.storage, self.token)
            return self._write(number, batches, sort)
        except (DataError, OSError) as error:
            return {"number": number, "error": str(error)}

    def _write(self, number: int, batches: Iterable[Any], sort: bool) -> dict[str, Any]:
        parquet = need("pyarrow.parquet")
        file = os.path.join(self.folder, f"part-{number:06d}.parquet")
        scratch = os.path.join(self.folder, f".part-{number:06d}-{socket.gethostname()}-{os.getpid()}")
        rows, writer = 0, None
        for batch in _sorted(batches, self.key, self.columns) if sort else batches:
            self._check(batch)
            if batch.num_rows == 0:
                continue
            writer = writer or parquet.ParquetWriter(scratch, batch.schema)
            writer.write_batch(batch, row_group_size=_ROWS_OF_GROUP)
            rows += batch.num_rows
        if writer is not None:
            writer.close()
            os.replace(scratch, file)
        return {"number": number, "file": os.path.basename(file), "rows": rows}

    def _check(self, batch: Any) -> None:
        for name in self.key:
            if batch.column(batch.schema.get_field_index(name)).null_count:
                raise DataError(f"key: column '{name}' has missing values; need a value in each row")

    def finish(self, parts: Sequence[dict[str, Any]]) -> None:
        """Check what the workers wrote, and write the manifest last."""
        for part in parts:
            if "error" in part:
                raise DataError(part["error"])
        files = sorted((part for part in parts if part["rows"]), key=lambda part: int(part["number"]))
        if not files:
            raise DataError(f"{self.name}: has no rows")
        listed = [{"file": part["file"], "rows": part["rows"]} for part in files]
        storage.write(os.path.join(self.folder, "_manifest.json"), {"key": self.key, "files": listed})


def _sorted(batches: Iterable[Any], key: Sequence[str], columns: Sequence[str]) -> Iterator[Any]:
    arrow = need("pyarrow")
    listed = list(batches)
    if listed:
        table = arrow.Table.from_batches(listed)
        yield from table.sort_by([(name, "ascending") for name in order(key, columns, nested_columns(table.schema))]).to_batches()


def order(key: Sequence[str], columns: Sequence[str], nested: Collection[str]) -> list[str]:
    """The columns that order the rows: the key, then all others but the nested ones, which cannot be compared.

    Rows that agree in all of them are alike but for lists, so their order changes nothing else.
    """
    return [*key, *(name for name in columns if name not in key and name not in nested)]


def nested_columns(schema: Any) -> set[str]:
    """The columns of a schema of Arrow whose values are lists, structs or maps."""
    is_nested = need("pyarrow").types.is_nested
    return {field.name for field in schema if is_nested(field.type)}


def key_columns(key: str | Sequence[str] | None, columns: Sequence[str]) -> list[str]:
    """The columns of a key. Without one, warns that the weights depend on how the engine divides its rows."""
    if key is None:
        warnings.warn(
            "no key is given, so the rows keep the order in which the engine has them, and another run may give "
            "other weights; key='COLUMN' orders them",
            DataWarning,
            stacklevel=4,
        )
        return []
    names = [key] if isinstance(key, str) else texts(key, "key")
    for name in names:
        if name not in columns:
            raise ConfigError(f"key: the data have no column '{name}'; their columns are {', '.join(columns)}")
    if not names:
        raise ConfigError("key: got an empty list, need the names of columns")
    return names
