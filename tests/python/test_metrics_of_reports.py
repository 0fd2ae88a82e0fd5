"""Metrics on arrays against those of a model's report."""

import numpy as np
import pandas as pd
import pytest
from shortlist import metrics

from conftest import make_ratings

SEED = 42  # the default of training.seed


@pytest.fixture(scope="module")
def evaluated(model):
    rows = make_ratings(rows=900).sample(300, random_state=1)
    return rows, model.evaluate(rows)


def test_report_has_the_rating_metrics(model, evaluated):
    rows, report = evaluated
    predicted = model.predict(rows, raw=True)
    assert metrics.rmse(rows["rating"], predicted) == pytest.approx(report["rmse"], rel=1e-6)
    assert metrics.mae(rows["rating"], predicted) == pytest.approx(report["mae"], rel=1e-6)


def test_report_has_the_figures_of_ranks_and_lists(model, evaluated):
    rows, report = evaluated
    place = pd.Series(np.arange(len(model.item_ids_)), index=model.item_ids_)
    own = place[rows["item"]].to_numpy()
    found = metrics.factorized_ranks(own, model.embed_queries(rows["user"].tolist()), model.embed_items())
    figures = metrics.rank_figures(found) | metrics.user_figures(found, rows["user"], rows["item"], items=len(place))
    assert {"top_10", "keras_top_50", "mrr", "mean_rank", "recall@5", "ndcg@100", "map@10", "list_auc"} < set(figures)
    for name, value in figures.items():
        assert value == pytest.approx(report[name], rel=1e-6), name


def test_report_has_the_figures_without_seen_items(model, evaluated):
    rows, report = evaluated
    place = pd.Series(np.arange(len(model.item_ids_)), index=model.item_ids_)
    users = rows["user"].unique()
    unseen = model.recommend(users.tolist(), k=len(place))  # leaves out seen items
    mask = pd.DataFrame(False, index=users, columns=place.index)
    for user, item in zip(unseen["user"], unseen["item"], strict=True):
        mask.loc[user, item] = True
    assert not mask.to_numpy().all()
    queries = model.embed_queries(rows["user"].tolist())
    mask_of_rows = mask.loc[rows["user"]].to_numpy()
    found = metrics.factorized_ranks(place[rows["item"]], queries, model.embed_items(), mask_of_rows)
    assert found.absent.any() and not found.absent.all()
    figures = metrics.rank_figures(found) | metrics.user_figures(found, rows["user"], rows["item"])
    for name, value in figures.items():
        if not name.startswith("keras"):
            assert value == pytest.approx(report[f"unseen_{name}"], rel=1e-6), name


def test_report_has_the_bootstrap_intervals(model, evaluated):
    rows, report = evaluated
    label = next(task for task in report.data["tasks"] if "rmse" in task["model"])
    error = model.predict(rows, raw=True) - rows["rating"].to_numpy(np.float32)
    low, high = metrics.bootstrap_interval(error.astype(float) ** 2, square_root=True, seed=SEED)
    assert {"low": low, "high": high} == pytest.approx(label["model"]["rmse"]["interval"], rel=1e-5)
