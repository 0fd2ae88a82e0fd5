"""Many trainings: models compared on the same rows, and the search for settings."""

from __future__ import annotations

import json
import os
import pathlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shortlist import _core
from shortlist._arguments import a_type
from shortlist._config import settings_of
from shortlist._core import ConfigError
from shortlist._model import Model, load
from shortlist._server import run_program
from shortlist._tables import to_table


class Comparison:
    """Models that were trained on the same rows, with their figures. Prints itself as ``shortlist compare`` does.

    Parameters
    ----------
    found : dict
        What ``shortlist compare --format json`` writes.
    """

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.split: str = found["split"]  #: The rows that were measured: "test", or "validation".
        self.rows: int = found["rows"]  #: Their number.
        self.users: int = found["users"]  #: The users among them, who are resampled for the intervals.
        self.k: int = found["k"]  #: The length of the lists that are measured.
        self.lists: str = found["lists"]  #: "user", or "row" if some model's lists differ from row to row.
        #: One dict for each model: ``name``, ``kind``, ``seconds``, ``cpu_seconds``, ``peak_memory_bytes`` and
        #: ``figures``, whose ``difference`` is that from the first model; or ``error``.
        self.models: list[dict[str, Any]] = found["models"]

    def __getitem__(self, name: str) -> dict[str, Any]:
        for model in self.models:
            if model["name"] == name:
                return model
        raise KeyError(name)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)

    def __str__(self) -> str:
        lines = [f"{self.rows} {self.split} rows of {self.users} users"]
        names = [f"ndcg@{self.k}", f"recall@{self.k}"]
        for model in self.models:
            if "error" in model:
                lines.append(f"{model['name']}: failed: {model['error']}")
                continue
            figures = model["figures"]
            shown = [f"{name} {figures[name]['value']:.4f}" for name in names if name in figures]
            shown += [f"{name} {figure['value']:.4f}" for name, figure in figures.items() if " " in name]
            memory = model["peak_memory_bytes"] / 1e6
            lines.append(f"{model['name']}: {', '.join(shown)}; {model['seconds']:.1f} s, {memory:.0f} MB")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Comparison({[model['name'] for model in self.models]})"


class Tuning:
    """The trials of a search, best first.

    Parameters
    ----------
    found : dict
        What ``shortlist tune --format json`` writes.
    folder : str
        The folder of the search.
    """

    def __init__(self, found: Mapping[str, Any], folder: str) -> None:
        self.metric: str = found["metric"]  #: The figure of the validation rows that decided.
        self.trials: list[dict[str, Any]] = found["trials"]  #: ``trial``, ``settings``, ``value``, ``epochs``, ``cut``.
        self.best: dict[str, Any] = found["best"]  #: The best trial.
        #: The share of the variance of the values that each setting explains alone.
        self.influence: dict[str, float] = found["influence"]
        #: The figures of the best config on the test rows, which nothing else has seen; None without the test.
        self.test: dict[str, Any] | None = found.get("test")
        self.folder: str = folder  #: With ``best.toml``, the bundle ``best/``, and ``influence.svg``.

    def config(self) -> dict[str, Any]:
        """Read the best config.

        Returns
        -------
        dict
            Its settings.
        """
        return _core.load_settings(os.path.join(self.folder, "best.toml"))

    def model(self) -> Model:
        """Open the model that was trained by the best config.

        Returns
        -------
        Model
            The model.
        """
        return load(os.path.join(self.folder, "best"))

    def __repr__(self) -> str:
        return f"Tuning({len(self.trials)} trials, best {self.metric} {self.best.get('value')})"


def compare(
    configs: Any = (),
    data: Any = None,
    *,
    items: Any = None,
    users: Any = None,
    quick: bool = False,
    seeds: int = 1,
    out: str | os.PathLike[str] | None = None,
    threads: int = 0,
) -> Comparison:
    """Train several models on the same rows and compare their figures.

    The data, the split and the positives are those of the first config. Each model is trained in a process of its
    own.

    Parameters
    ----------
    configs : list, or dict by name
        Configs in the forms that :func:`shortlist.train` takes, and names of kinds such as "popularity", which are
        trained with their default settings. One config need not be in a list.
    data, items, users : table
        The interactions, and tables of items and users if the configs have these sections.
    quick : bool
        Also train every kind that needs no features; without a config, next to the one that
        :func:`shortlist.draft_config` writes.
    seeds : int
        Trainings of each model, with consecutive seeds. The figures are their means.
    out : path, optional
        A folder for the trainings. Those that finished in it are not repeated. A temporary one by default.
    threads : int
        0 uses all processors.

    Returns
    -------
    Comparison
        The models with their figures, intervals, differences from the first, times and memory. A model that failed
        has an error instead.
    """
    with _folder(out) as folder:
        arguments = ["compare", *_configs(configs, folder), "--out", folder, "--format", "json", "--quiet"]
        arguments += ["--seeds", str(seeds)] + (["--quick"] if quick else [])
        return Comparison(json.loads(run_program(arguments + _common((data, items, users), folder, threads))))


def tune(
    config: Any,
    data: Any = None,
    space: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    *,
    items: Any = None,
    users: Any = None,
    trials: int = 20,
    search: str = "",
    sampler: str = "random",
    metric: str = "",
    seed: int = 42,
    test: bool = True,
    out: str | os.PathLike[str],
    parallel: int = 0,
    threads: int = 0,
) -> Tuning:
    """Search the settings of a config that do best on the validation rows.

    Parameters
    ----------
    config : Config, dict, path or TOML text
        The settings that the search starts from.
    data : table
        The interactions.
    space : dict or path, optional
        The settings to vary: a list of values by key, or a dict of ``min`` and ``max``, with ``log`` and ``integer``.
        Those of the kind of model by default.
    items, users : table
        Tables of items and users if the config has these sections.
    trials : int
        Their number.
    search : str
        "halving" or "random", as ``shortlist tune --search``; with a sampler, all trials are trained to the end.
    sampler : str
        "random", or "tpe" for Optuna's, if it is installed: the settings of a trial then depend on earlier trials.
    metric : str
        The figure of the validation rows that decides.
    seed : int
        Of the trials' settings.
    test : bool
        Train the best config at the end and measure it on the test rows.
    out : path
        The folder of the search. A search that was stopped in it continues.
    parallel, threads : int
        Trainings at a time, and threads of all of them; 0 is the default. They do not change the result.

    Returns
    -------
    Tuning
        The trials, the best config and its figures on the test rows.

    Raises
    ------
    ConfigError
        If a setting is wrong, or if Optuna is needed and not installed.
    """
    folder = os.fspath(out)
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    [path] = _configs([config], folder)
    base = ["tune", path, "--out", folder, "--format", "json", "--quiet", "--seed", str(seed)]
    base += _common((data, items, users), folder, threads)
    if parallel:
        base += ["--parallel", str(parallel)]
    if metric:
        base += ["--metric", metric]
    if space is not None:
        base += ["--space", _space(space, folder)]
    if sampler == "random":
        arguments = base + ["--trials", str(trials)] + (["--search", search] if search else [])
        return Tuning(json.loads(run_program(arguments + ([] if test else ["--no-test"]))), folder)
    if sampler != "tpe":
        raise ConfigError(f"sampler: got '{sampler}', need random or tpe")
    return _tune_by_tpe(base, folder, trials, seed, parallel or 1, test)


def _tune_by_tpe(base: list[str], folder: str, trials: int, seed: int, parallel: int, test: bool) -> Tuning:
    try:
        import optuna
    except ImportError:
        raise ConfigError("sampler='tpe' needs Optuna: pip install optuna") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    settings = json.loads(run_program([*base, "--show-space"]))
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    file = os.path.join(folder, "points.jsonl")
    base = [*base, "--search", "random", "--points", file]
    points: list[dict[str, Any]] = []
    while True:
        new = [study.ask() for _ in range(min(parallel, trials - len(points)))]
        points += [{name: _suggest(trial, name, setting) for name, setting in settings.items()} for trial in new]
        pathlib.Path(file).write_text("".join(json.dumps(point) + "\n" for point in points), encoding="utf-8")
        # Trials that are in the folder's journal are not repeated.
        last = ["--trials", str(len(points))] + ([] if test and len(points) == trials else ["--no-test"])
        found = json.loads(run_program(base + last))
        if len(points) == trials:
            return Tuning(found, folder)
        values = {trial["trial"]: trial.get("value") for trial in found["trials"]}
        for number, trial in enumerate(new, start=len(points) - len(new)):
            if values[number] is None:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
            else:
                study.tell(trial, -values[number] if found["higher_is_better"] else values[number])


def _suggest(trial: Any, name: str, setting: Mapping[str, Any]) -> Any:
    if "values" in setting:
        # Lists are not choices of Optuna, so their positions are.
        return setting["values"][trial.suggest_categorical(name, list(range(len(setting["values"]))))]
    low, high, log = setting["min"], setting["max"], setting.get("log", False)
    if setting.get("integer", False):
        return trial.suggest_int(name, int(low), int(high), log=log)
    return float(f"{trial.suggest_float(name, low, high, log=log):.4g}")


class _folder:
    """The given folder, or a temporary one that is removed at the end."""

    def __init__(self, out: str | os.PathLike[str] | None) -> None:
        self._temporary = None if out is not None else tempfile.TemporaryDirectory(prefix="shortlist-")
        self._path = os.fspath(out) if out is not None else ""

    def __enter__(self) -> str:
        if self._temporary is not None:
            return self._temporary.name
        pathlib.Path(self._path).mkdir(parents=True, exist_ok=True)
        return self._path

    def __exit__(self, *_: object) -> None:
        if self._temporary is not None:
            self._temporary.cleanup()


def _is_kind(config: Any) -> bool:
    plain = isinstance(config, str) and "\n" not in config and "=" not in config
    return plain and not config.endswith(".toml") and not os.path.exists(config)


def _configs(configs: Any, folder: str) -> list[str]:
    """The configs as arguments: paths of files that are written into the folder, and names of kinds."""
    if isinstance(configs, Mapping):
        named = [("config", configs)] if _is_config(configs) else list(configs.items())
    elif isinstance(configs, Sequence) and not isinstance(configs, str):
        named = [("", config) for config in configs]
    else:
        named = [("", configs)]
    arguments = []
    for number, (name, config) in enumerate(named, start=1):
        if _is_kind(config) or isinstance(config, os.PathLike):
            arguments.append(os.fspath(config))
        elif isinstance(config, str) and "\n" not in config and "=" not in config:
            arguments.append(config)
        else:
            path = os.path.join(folder, f"{name or f'config-{number}'}.toml")
            pathlib.Path(path).write_text(_core.settings_to_toml(settings_of(config)), encoding="utf-8")
            arguments.append(path)
    return arguments


def _is_config(settings: Mapping[str, Any]) -> bool:
    return "items" in settings and isinstance(settings["items"], Mapping) and "id" in settings["items"]


def _common(tables: tuple[Any, Any, Any], folder: str, threads: int) -> list[str]:
    arguments = ["--threads", str(threads)] if threads else []
    for name, table in zip(("data", "items", "users"), tables):
        if table is None:
            continue
        if isinstance(table, (str, os.PathLike)):
            arguments += [f"--{name}", os.fspath(table)]
            continue
        path = os.path.join(folder, f"{name}.parquet")
        to_table(table, name).write(path)
        arguments += [f"--{name}", path]
    return arguments


def _space(space: Mapping[str, Any] | str | os.PathLike[str], folder: str) -> str:
    if not isinstance(space, Mapping):
        return os.fspath(space)
    lines = []
    for key, setting in space.items():
        entry = {"values": list(setting)} if isinstance(setting, (list, tuple)) else setting
        if not isinstance(entry, Mapping):
            raise ConfigError(f"space: '{key}': got {a_type(setting)}, need a list of values or min and max")
        parts = ", ".join(f"{name} = {json.dumps(value)}" for name, value in entry.items())
        lines.append(f"{json.dumps(key)} = {{ {parts} }}")
    path = os.path.join(folder, "space.toml")
    pathlib.Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
