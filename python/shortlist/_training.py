"""Training by a config."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shortlist import _core
from shortlist._arguments import a_type
from shortlist._callbacks import Callback, Events, Progress, shows_progress
from shortlist._config import settings_of
from shortlist._core import ConfigError, Interrupted
from shortlist._fitted import own_folder
from shortlist._model import Model
from shortlist._tables import kind_of, to_table

if TYPE_CHECKING:
    from shortlist.config import Config


def train(
    config: Config | Mapping[str, Any] | str | os.PathLike[str],
    data: Any,
    *,
    items: Any = None,
    users: Any = None,
    out: str | os.PathLike[str] | None = None,
    callbacks: Sequence[Callback] = (),
    resume: bool = False,
    overwrite: bool = False,
    from_checkpoint: str | os.PathLike[str] = "",
    from_bundle: str | os.PathLike[str] = "",
    keep_values: bool = False,
    threads: int = 0,
    verbose: bool | None = None,
) -> Model:
    """Train a model by a config, evaluate it and save it.

    Parameters
    ----------
    config : Config, dict, path or TOML text
        The settings.
    data, items, users : table
        The interactions, and tables of items and users if the config has these sections.
    out : path, optional
        The folder of the run, which becomes the model's. A temporary one by default, which is removed with the model.
    callbacks : list of Callback
        Called during training.
    resume : bool
        Continue the run of the folder from its newest checkpoint.
    overwrite : bool
        Start again in a folder that has a run.
    from_checkpoint : path
        Do not train; make the model of this checkpoint, or of the newest of a run's folder.
    from_bundle : path
        Begin with the weights of this bundle, whose config describes the same model. Values of categories that the
        table still has keep their embeddings; new ones begin with the mean.
    keep_values : bool
        With ``from_bundle``: also keep the values that the table no longer has.
    threads : int
        0 uses all processors. The result is the same for any number.
    verbose : bool, optional
        Whether to show progress. On terminals and in notebooks by default.

    Returns
    -------
    Model
        The trained model.

    Raises
    ------
    ConfigError, DataError
        If a setting is wrong, or if the data do not fit.
    Interrupted
        If a callback stopped the run; its state is kept in ``out``.
    """
    model = Model()
    folder = os.fspath(out) if out is not None else own_folder(model)
    fit_model(
        model,
        settings_of(config),
        (data, items, users),
        folder,
        callbacks=callbacks,
        resume=resume,
        overwrite=overwrite,
        from_checkpoint=os.fspath(from_checkpoint),
        from_bundle=os.fspath(from_bundle),
        keep_values=keep_values,
        threads=threads,
        verbose=verbose,
    )
    return model


def import_keras(
    checkpoint: str | os.PathLike[str],
    config: Config | Mapping[str, Any] | str | os.PathLike[str],
    data: Any,
    *,
    items: Any = None,
    users: Any = None,
    out: str | os.PathLike[str] | None = None,
    threads: int = 0,
) -> Model:
    """Make a model of a Keras model's weights, evaluate it and save it.

    Parameters
    ----------
    checkpoint : path
        What ``save_weights`` wrote in TensorFlow's format or as ``.weights.h5``, or a SavedModel.
    config : Config, dict, path or TOML text
        The settings that describe the same model.
    data, items, users : table
        The tables that the Keras model was made with: its vocabularies are computed from them again.
    out : path, optional
        The folder of the model. A temporary one by default, which is removed with the model.
    threads : int
        0 uses all processors.

    Returns
    -------
    Model
        The model.
    """
    model = Model()
    folder = os.fspath(out) if out is not None else own_folder(model)
    given = to_table(data, "the data")
    sides = [None if table is None else to_table(table, name) for name, table in (("items", items), ("users", users))]
    _core.import_keras(os.fspath(checkpoint), settings_of(config), given, sides[0], sides[1], folder, threads)
    model._kind = kind_of(data)
    model._open(folder)
    return model


def fit_model(
    model: Model,
    settings: dict[str, Any],
    tables: tuple[Any, Any, Any],
    out: str,
    *,
    callbacks: Sequence[Callback],
    resume: bool,
    overwrite: bool,
    from_checkpoint: str,
    from_bundle: str,
    keep_values: bool,
    threads: int,
    verbose: bool | None,
) -> None:
    """Train into a folder and open the result as ``model``."""
    for callback in callbacks:
        if not isinstance(callback, Callback):
            raise ConfigError(f"callbacks: got {a_type(callback)}, need a shortlist.Callback")
    shown: list[Callback] = [Progress()] if shows_progress(verbose) else []
    events = Events([*shown, *callbacks], out)
    names = ("the data", "items", "users")
    data, items, users = (None if table is None else to_table(table, name) for table, name in zip(tables, names))
    if data is None:
        raise ConfigError("data: got None, need a table of interactions")
    report = _core.train(
        settings,
        data,
        items,
        users,
        out,
        threads,
        resume,
        overwrite,
        from_checkpoint,
        from_bundle,
        keep_values,
        events,
        events.interval,
    )
    if report is None:
        raise Interrupted(
            f"stopped after {len(events.epochs)} whole epochs, saved in {out}; resume=True continues the run"
        )
    model._kind = kind_of(tables[0])
    model._open(out)
