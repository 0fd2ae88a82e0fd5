"""Uses each part of the package, for type checkers: see test_types.py."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

import shortlist as sl
from shortlist.client import Recommendations
from shortlist.config import Categories, Category, Cross, Dense, Optimizer, Ranking, Retrieval, Training


class Log(sl.Callback):
    def on_epoch_end(self, run: sl.Run, epoch: sl.Epoch) -> None:
        kernel: npt.NDArray[np.float32] = run.parameters["query/dense/kernel"]
        if epoch.validation["rmse"] < float(kernel.max()):
            run.learning_rate = 0.5 * epoch.learning_rate
            run.stop()

    def on_step_end(self, run: sl.Run, step: sl.Step) -> None:
        print(step.epoch, step.metrics["loss"])


def configs() -> sl.Config:
    config = sl.Config(
        features={"user": Category(dim=16), "genres": Categories(separator="|", pooling="sum")},
        retrieval=Retrieval(temperature=0.5),
        ranking=[Ranking(label="rating", layers=[Cross(), Dense(64, activation="relu")])],
        training=Training(epochs=5, optimizer=Optimizer(adam=0.01)),
    )
    config.training.epochs = 7
    config.query.features = ["user"]
    config.query.layers = [Dense(32)]
    settings: dict[str, Any] = config.to_dict()
    text: str = config.complete().to_toml()
    return sl.Config.from_toml(text) if settings else sl.Config.from_file("films.toml")


def estimators(ratings: pd.DataFrame, movies: pd.DataFrame) -> sl.TwoTower:
    model = sl.TwoTower(query="user", item="item", label="rating", items=movies, retrieval=Retrieval(), epochs=10)
    fitted: sl.TwoTower = model.fit(ratings, callbacks=[Log()])
    fitted.set_params(optimizer=Optimizer(sgd=0.1), training__batch=128)
    popularity: sl.Popularity = sl.Popularity(user="user", item="item").fit(ratings)
    score: float = popularity.score(ratings)
    print(score)
    return fitted


def answers(model: sl.Model, pairs: pd.DataFrame) -> None:
    frame: pd.DataFrame = model.recommend([1, 2, 3], k=10, where=["year>=1990"], seen="keep")
    vectors: npt.NDArray[np.float32] = model.embed_items()
    queries: npt.NDArray[np.float32] = model.embed_queries([1, 2])
    report: sl.Report = model.evaluate(pairs)
    rmse: float = report["rmse"]
    print(frame, queries @ vectors.T, rmse, model.predict(pairs), model.similar("Heat (1995)"), model.history_)
    model.save("films", overwrite=True)
    with model.serve(port=8080, block=False) as server:
        print(server.url)


def asks(url: str, key: str) -> list[str]:
    try:
        with sl.Client(url, key=key, timeout=5.0) as client:
            answer: Recommendations = client.recommend({"user": 7}, k=10, filter=["year>=1990"], seen="keep")
            score: float | None = answer["items"][0].get("score")
            print(score, client.predict({"user": 7}, "Heat (1995)")["predictions"], client.similar(3, by="jaccard"))
            return [item["id"] for item in answer["items"]]
    except sl.RequestError as error:
        return [error.code, error.field or ""]


async def asks_many(url: str, users: list[int]) -> list[Recommendations]:
    async with sl.AsyncClient(url) as client:
        return list(await asyncio.gather(*(client.recommend({"user": user}) for user in users)))


def trains(ratings: pd.DataFrame) -> sl.Model | None:
    try:
        return sl.train(configs(), ratings, callbacks=[Log()], out="runs/films")
    except sl.Interrupted:
        return sl.train("films.toml", ratings, resume=True, out="runs/films")
    except (sl.ConfigError, sl.DataError, sl.SystemError) as error:
        print(error)
        return None


def answers_on_engines(df: object, dataset: object, ddf: object) -> None:
    print(sl.spark.recommend(df, "films", k=5, columns=["request"], where="year>=1990"))
    print(sl.ray.recommend(dataset, sl.load("films"), 5), sl.dask.recommend(ddf, "films", threads=2))
    model: sl.TwoTower = sl.dask.fit(sl.TwoTower(query="user", item="item"), ddf, ranks=2, key=["user", "item"])
    result = sl.ray.Trainer(model, {"train": dataset}, ranks=2, key="row", storage="/mnt/films").fit()
    print(result.metrics["loss"], result.model.recommend([1]), result.path)
