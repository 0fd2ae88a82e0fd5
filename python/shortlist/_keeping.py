"""Saving, exporting and serving a model."""

from __future__ import annotations

import os
import pathlib
import shutil
import tempfile
from collections.abc import Sequence

from shortlist import _core
from shortlist._arguments import text, texts, whole
from shortlist._core import ConfigError, SystemError
from shortlist._fitted import Fitted
from shortlist._server import Server, check_port, run_program


class Kept(Fitted):
    """A model that can be kept."""

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Save the model to a folder, which :func:`load` and the command line read.

        The folder gets its name when it is complete.

        Parameters
        ----------
        path : path
            The folder.
        overwrite : bool
            Whether to replace a folder that exists.

        Raises
        ------
        ConfigError
            If the folder exists, unless ``overwrite`` is set.
        """
        engine, target = self._need(), pathlib.Path(text(os.fspath(path), "path"))
        try:
            if target.exists() and not overwrite:
                raise ConfigError(f"{target}: is there already; give overwrite=True to replace it")
            target.parent.mkdir(parents=True, exist_ok=True)
            scratch = pathlib.Path(tempfile.mkdtemp(prefix=".shortlist-", dir=target.parent))
        except OSError as error:
            raise SystemError(f"{target}: cannot be written: {error.strerror}") from None
        try:
            made = scratch / "model"
            shutil.copytree(engine.path, made, ignore=shutil.ignore_patterns("run"))
            _core.replace_folder(str(made), str(target))
        except OSError as error:
            if isinstance(error, SystemError):
                raise
            raise SystemError(f"{target}: cannot be written: {error.strerror or error}") from None
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def export(self, path: str | os.PathLike[str], *, to: str, arguments: Sequence[str] = ()) -> None:
        """Write the model in the format of another tool.

        Parameters
        ----------
        path : path
            The file or folder to write.
        to : {"onnx", "safetensors", "tensorflow", "npy", "faiss", "hnswlib", "word2vec", "parquet"}
            The format: see ``docs/reference/export.md``.
        arguments : list of str
            Further arguments of ``shortlist export``.
        """
        target = text(os.fspath(path), "path")
        command = ["export", self._need().path, "--to", text(to, "to"), "--out", target]
        run_program([*command, *texts(arguments, "arguments")])

    def serve(
        self,
        port: int = 8080,
        *,
        address: str = "127.0.0.1",
        arguments: Sequence[str] = (),
        log: str | os.PathLike[str] | None = None,
        block: bool = True,
    ) -> Server:
        """Serve the model over HTTP, with a web page, in a process of its own.

        Parameters
        ----------
        port : int
            The port.
        address : str
            The address; others than this machine's own need keys: see ``shortlist help serve``.
        arguments : list of str
            Further arguments of ``shortlist serve``.
        log : path, optional
            A file for the server's log, which is on standard error by default.
        block : bool
            Whether to wait until it is interrupted. With False, returns when the server answers:
            ``with model.serve(block=False) as server:`` stops it at the end of the block.

        Returns
        -------
        Server
            The running server.

        Raises
        ------
        SystemError
            If another program uses the port, or the server cannot start.
        """
        engine, host = self._need(), text(address, "address")
        host = f"[{host}]" if ":" in host else host
        number = whole(port, "port", 1, 65535)
        check_port(host, number)
        command = [engine.path, "--address", address, "--port", str(number), *texts(arguments, "arguments")]
        server = Server(command, f"http://{host}:{number}", log)
        if block:
            server.wait()
        else:
            server.wait_until_ready()
        return server
