"""Calls of public functions with odd arguments, in groups."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import shortlist as sl

from odd_columns import COLUMNS
from odd_tables import FOLDER, TABLES, base, frame
from odd_values import FEW, SCALARS

Case = tuple[str, Callable[[], Any]]


def each(name: str, values: dict[str, Callable[[], Any]], call: Callable[[Any], Any]) -> Iterator[Case]:
    for kind, make in values.items():
        yield f"{name}: {kind}", lambda make=make: call(make())


def films() -> sl.Model:
    return sl.load(FOLDER / "films")


def recommend_cases() -> Iterator[Case]:
    model = films()
    yield from each("queries", SCALARS, model.recommend)
    yield from each("queries", TABLES, model.recommend)
    yield from each("column of queries", COLUMNS, lambda values: model.recommend({"user": values}))
    names = ("k", "offset", "where", "exclude", "allow", "seen", "order", "blend", "retrieve", "attributes", "threads")
    for name in names:
        yield from each(name, SCALARS, lambda value, name=name: model.recommend([100], **{name: value}))
    conditions = ["", "=", "year", "year>=", ">=5", "year~~5", "year=x", "nothing=1", "title~\0", "year>=nan", "\ud800=1"]
    yield from each("condition", {c: lambda c=c: c for c in conditions}, lambda where: model.recommend(100, where=where))


def predict_cases() -> Iterator[Case]:
    model = films()
    yield from each("pairs", SCALARS, model.predict)
    yield from each("pairs", TABLES, model.predict)
    for column in ("user", "item"):
        yield from each(column, COLUMNS, lambda values, column=column: model.predict({**base(), column: values}))
        yield from each(f"{column} of one", SCALARS, lambda v, column=column: model.predict({"user": 100, "item": 1001, column: v}))
    pairs = {"three": [(1, 2, 3)], "one": [(1,)], "mixed": [(1, 2), 3], "None": [(None, None)], "lists": [([], [])]}
    yield from each("list", {name: lambda v=v: v for name, v in pairs.items()}, model.predict)
    for name in ("raw", "threads"):
        yield from each(name, SCALARS, lambda value, name=name: model.predict([(100, 1001)], **{name: value}))


def answer_cases() -> Iterator[Case]:
    model = films()
    yield from each("similar", SCALARS, model.similar)
    for name in ("k", "by", "attributes"):
        yield from each(f"similar {name}", SCALARS, lambda value, name=name: model.similar(1001, **{name: value}))
    yield from each("embed", SCALARS, model.embed_queries)
    yield from each("embed", TABLES, model.embed_queries)
    yield from each("embed threads", SCALARS, lambda value: model.embed_queries([100], threads=value))
    yield from each("metric", SCALARS, lambda value: model.report[value])
    yield from each("kind of frame", SCALARS, lambda value: model.report.to_frame(value))
    yield from each("plot_history", SCALARS, lambda value: model.plot_history(value))
    yield from each("axes", SCALARS, lambda value: None if value is None else model.plot_history(ax=value))
    yield from each("plot_items", SCALARS, lambda value: model.plot_items(value))


def evaluate_cases() -> Iterator[Case]:
    model = films()
    yield from each("data", SCALARS, model.evaluate)
    yield from each("data", TABLES, model.evaluate)
    for column in ("user", "item", "rating"):
        yield from each(column, COLUMNS, lambda values, column=column: model.evaluate({**base(), column: values}))
    for name in ("items", "users", "split", "threads"):
        yield from each(name, SCALARS, lambda value, name=name: model.evaluate(frame(), **{name: value}))


def file_cases() -> Iterator[Case]:
    model = films()
    not_written = {name: make for name, make in SCALARS.items() if name not in ("text", "emoji", "text of a list")}
    yield from each("load", SCALARS, sl.load)
    (FOLDER / "saved").mkdir(exist_ok=True)
    os.chdir(FOLDER / "saved")
    yield from each("save", not_written, model.save)
    yield from each("save overwrite", SCALARS, lambda value: model.save(FOLDER / "saved", overwrite=value))
    yield from each("port", SCALARS, lambda value: model.serve(port=value, block=False).stop())
    yield from each("address", SCALARS, lambda value: model.serve(port=1, address=value, block=False).stop())
    yield from each("arguments", SCALARS, lambda value: model.serve(port=1, arguments=value, block=False).stop())
    yield from each("export to", SCALARS, lambda value: model.export(FOLDER / "exported", to=value))
    yield from each("export arguments", SCALARS, lambda value: model.export("exported", to="npy", arguments=value))
    yield "no model", lambda: sl.Model().recommend([1])
    yield "pickle of nothing", lambda: sl.Model().__setstate__({"_files": {"config.toml": b""}})


def config_cases() -> Iterator[Case]:
    yield from each("from_dict", SCALARS, sl.Config.from_dict)
    yield from each("from_toml", SCALARS, sl.Config.from_toml)
    yield from each("from_file", SCALARS, sl.Config.from_file)
    for section in ("data", "features", "query", "retrieval", "ranking", "training", "recommend", "model"):
        yield from each(section, SCALARS, lambda value, section=section: sl.Config.from_dict({section: value}))
        yield from each(f"{section} of a class", SCALARS, lambda value, section=section: sl.Config(**{section: value}).to_toml())
    settings = [
        "training.epochs",
        "training.seed",
        "training.optimizer",
        "training.precision",
        "training.early_stopping",
        "retrieval.temperature",
        "retrieval.top_k",
        "query.layers",
        "query.features",
        "data.split",
        "data.table",
        "features.a",
    ]
    for setting in settings:
        section, key = setting.split(".")
        yield from each(setting, SCALARS, lambda v, s=section, k=key: sl.Config.from_dict({s: {k: v}}).complete())
    yield from each("feature", SCALARS, lambda v: sl.Config.from_dict({"features": {"a": {"kind": v}}}))
    yield from each("layer", SCALARS, lambda v: sl.Config.from_dict({"query": {"layers": [v]}}))
    yield from each("dense", SCALARS, lambda v: sl.Config.from_dict({"query": {"layers": [{"dense": v}]}}))
    yield from each("draft", SCALARS, sl.draft_config)
    yield from each("draft", TABLES, sl.draft_config)
    for name in ("items", "users", "label", "item", "query"):
        yield from each(f"draft {name}", SCALARS, lambda value, name=name: sl.draft_config(frame(), **{name: value}))
    yield from each("draft items", TABLES, lambda value: sl.draft_config(frame(), items=value))


def small() -> sl.Popularity:
    return sl.Popularity(user="user", item="item", verbose=False)


def tower(**parameters: Any) -> sl.TwoTower:
    given = {"query": "user", "item": "item", "label": "rating", "epochs": 1, "verbose": False, **parameters}
    return sl.TwoTower(**given)


def popularity_cases() -> Iterator[Case]:
    yield from each("X", FEW, lambda value: small().fit(value))
    yield from each("X", TABLES, lambda value: small().fit(value))
    yield from each("y", FEW, lambda value: small().fit(frame(), value))
    for column in ("user", "item"):
        yield from each(column, COLUMNS, lambda values, column=column: small().fit({**base(), column: values}))
    for name in ("user", "item", "items", "count", "split", "seen", "out", "threads", "verbose"):
        if name != "out":
            yield from each(name, FEW, lambda v, n=name: small().set_params(**{n: v}).fit(frame()))
    os.chdir(FOLDER)
    yield from each("out", FEW, lambda value: small().set_params(out=value).fit(frame()))
    yield from each("set_params", SCALARS, lambda value: small().set_params(**{value: 1} if isinstance(value, str) else {}))
    for name in ("resume", "overwrite", "callbacks"):
        yield from each(name, FEW, lambda v, n=name: small().fit(frame(), **{n: v}))


def tower_cases() -> Iterator[Case]:
    yield from each("label", COLUMNS, lambda values: tower().fit({**base(), "rating": values}))
    yield from each("X", TABLES, lambda value: tower().fit(value))
    names = [
        "query", "item", "label", "items", "users", "config", "split", "features", "retrieval", "ranking", "seen", "order",
        "epochs", "batch", "seed", "precision", "optimizer", "reduce_on_plateau", "early_stopping", "keras_compatible",
        "refit", "keep_checkpoints", "threads", "verbose",
    ]  # fmt: skip
    for name in names:
        yield from each(name, FEW, lambda value, name=name: tower(**{name: value}).fit(frame()))
    for name in names:
        yield from each(f"{name} in text", SCALARS, lambda value, name=name: repr(tower(**{name: value})))


def train_cases() -> Iterator[Case]:
    config = "[data]\nuser = 'user'\n[candidate]\nid = 'item'\n[model]\nkind = 'popularity'\n"

    def train(**given: Any) -> Any:
        return sl.train(**{"config": config, "data": frame(), "verbose": False, **given})

    for name in ("config", "data", "items", "users", "from_checkpoint"):
        yield from each(name, SCALARS, lambda value, name=name: train(**{name: value}))
    for name in ("callbacks", "resume", "overwrite", "threads"):
        yield from each(name, FEW, lambda value, name=name: train(**{name: value}))
    yield from each("verbose", FEW, lambda value: train(verbose=value))

    class Returns(sl.Callback):
        def __init__(self, value: Any) -> None:
            self.value = value

        def on_train_begin(self, run: sl.Run) -> Any:
            return self.value

        def on_epoch_end(self, run: sl.Run, epoch: sl.Epoch) -> Any:
            run.learning_rate = self.value
            return self.value

    yield from each("callback", FEW, lambda value: tower().fit(frame(), callbacks=[Returns(value)]))

    class Stepping(sl.Callback):
        def on_step_end(self, run: sl.Run, step: sl.Step) -> None:
            pass

    def with_interval(value: Any) -> Any:
        callback = Stepping()
        callback.step_interval = value
        return tower().fit(frame(), callbacks=[callback])

    yield from each("step_interval", FEW, with_interval)


def function_cases() -> Iterator[Case]:
    """Each parameter of each metric and loss, beside good values of the others."""
    square = np.eye(3, dtype=np.float32)
    good = {
        "y_true": np.array([0, 1, 2]),
        "y_pred": square,
        "query_embeddings": square,
        "candidate_embeddings": square,
        "k": 2,
        "values": np.arange(3.0),
        "ranks": sl.metrics.ranks([0, 1, 2], square),
        "query": np.arange(3),
        "item": np.arange(3),
        "users": np.arange(3),
        "groups": np.arange(3),
        "lists": np.array([[0, 1], [2, 1]]),
        "items": 3,
        "embeddings": square,
        "counts": np.arange(3),
    }
    for module in (sl.metrics, sl.losses):
        for name in module.__all__:
            function = getattr(module, name)
            if isinstance(function, type):
                continue
            parameters = inspect.signature(function).parameters
            of_rows = "k" not in parameters and not {"ranks", "factorized_ranks"} & {name}
            needed = {p: good[p] for p, kind in parameters.items() if kind.default is kind.empty}
            if of_rows and "y_pred" in needed:
                needed.update(y_true=np.array([0.0, 1.0, 1.0]), y_pred=np.array([0.1, 0.2, 0.9]))
            for parameter in parameters:
                yield from each(
                    f"{name} {parameter}", SCALARS, lambda v, f=function, n=needed, p=parameter: f(**{**n, p: v})
                )


GROUPS = {
    "recommend": recommend_cases,
    "predict": predict_cases,
    "answers": answer_cases,
    "evaluate": evaluate_cases,
    "files": file_cases,
    "config": config_cases,
    "popularity": popularity_cases,
    "tower": tower_cases,
    "train": train_cases,
    "functions": function_cases,
}
