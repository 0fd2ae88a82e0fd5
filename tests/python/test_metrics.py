"""Metrics on arrays: against plain NumPy, and their properties."""

import numpy as np
import pandas as pd
import pytest
from shortlist import metrics

ROWS, ITEMS = 40, 23
RATING_METRICS = [metrics.rmse, metrics.mae, metrics.log_loss, metrics.accuracy, metrics.auc, metrics.keras_auc]


def at(k):
    return [
        lambda *a, **b: metrics.top_k_accuracy(*a, k=k, **b),
        lambda *a, **b: metrics.keras_top_k_accuracy(*a, k=k, **b),
        metrics.mrr,
        metrics.mean_rank,
    ]


def lists_at(k):
    return [lambda *a, **b: metrics.recall(*a, k=k, **b), lambda *a, **b: metrics.ndcg(*a, k=k, **b)]


@pytest.fixture
def random():
    return np.random.default_rng(11)


@pytest.fixture
def classes(random):
    """Labels, probabilities with ties and the ends of the range, and weights."""
    y_true = random.integers(0, 2, 301).astype(np.float32)
    y_pred = np.clip(random.beta(2, 3, 301) + 0.2 * y_true, 0, 1).astype(np.float32)
    y_pred[::7] = np.round(y_pred[::7] * 4) / 4
    return y_true, y_pred, random.uniform(0, 3, 301).astype(np.float32)


@pytest.fixture
def scores(random):
    """Scores with many ties."""
    return random.integers(0, 9, (ROWS, ITEMS)).astype(np.float32)


@pytest.fixture
def own(random):
    return random.integers(0, ITEMS, ROWS)


@pytest.fixture
def weights(random):
    return random.uniform(0, 2, ROWS).astype(np.float32)


def mean(values, weights):
    return float((np.asarray(values, float) * weights).sum() / weights.astype(float).sum())


# Ratings


def test_errors_are_those_of_numpy(random):
    y, p, w = random.normal(4, 1, 50), random.normal(4, 1, 50), random.uniform(0, 2, 50)
    y32, p32, w32 = (values.astype(np.float32).astype(np.float64) for values in (y, p, w))
    assert metrics.rmse(y, p, w) == pytest.approx(np.sqrt(mean((p32 - y32) ** 2, w32)), rel=1e-12)
    assert metrics.mae(y, p, w) == pytest.approx(mean(np.abs(p32 - y32), w32), rel=1e-12)
    assert metrics.rmse(y, p) == pytest.approx(np.sqrt(((p32 - y32) ** 2).mean()), rel=1e-12)


def test_figures_of_classes_are_those_of_numpy(classes):
    y, p, w = classes
    q = np.clip(p.astype(float), 1e-7, 1 - 1e-7)
    assert metrics.log_loss(y, p, w) == pytest.approx(mean(-np.log(np.where(y == 1, q, 1 - q)), w))
    assert metrics.accuracy(y, p, w) == pytest.approx(mean((p > 0.5) == (y == 1), w))
    above = (p[y == 1][:, None] > p[y == 0]) + 0.5 * (p[y == 1][:, None] == p[y == 0])
    pairs = w[y == 1][:, None].astype(float) * w[y == 0]
    assert metrics.auc(y, p, w) == pytest.approx((above * pairs).sum() / pairs.sum())
    assert metrics.keras_auc(y, p, w) == pytest.approx(trapezoids(y, p, w), rel=1e-6)


def trapezoids(y, p, w):
    thresholds = np.concatenate([[-1e-7], np.arange(1, 199) / 199, [1 + 1e-7]])
    passed = p.astype(float)[None] > thresholds[:, None]
    true, false = ((passed * (w * (y == label))).sum(axis=1) / w[y == label].sum() for label in (1, 0))
    return -np.trapezoid(true, false)


def test_all_figures_at_once_are_the_single_ones(classes):
    y, p, w = classes
    figures = metrics.rating_figures(y, p, w)
    assert list(figures) == ["rmse", "mae", "log_loss", "calibration_error", "accuracy", "auc", "keras_auc"]
    for metric in RATING_METRICS:
        assert figures[metric.__name__] == metric(y, p, w)
    assert list(metrics.rating_figures([1, 2], [1, 2])) == ["rmse", "mae"]
    assert list(metrics.rating_figures([1, 1], [1, 0])) == ["rmse", "mae", "log_loss", "calibration_error", "accuracy"]


@pytest.mark.parametrize("metric", RATING_METRICS)
def test_rating_metrics_do_not_depend_on_the_order_of_rows(metric, classes, random):
    order = random.permutation(301)
    assert metric(*(values[order] for values in classes)) == pytest.approx(metric(*classes), rel=1e-12)


@pytest.mark.parametrize("metric", RATING_METRICS)
def test_a_mask_and_a_weight_of_0_remove_rows(metric, classes, random):
    y, p, w = classes
    kept = random.uniform(size=301) < 0.6
    rest = metric(y[kept], p[kept], w[kept])
    assert metric(y, p, np.where(kept, w, 0)) == pytest.approx(rest, rel=1e-12)
    spoilt = np.where(kept, p, np.nan)
    assert metric(y, spoilt, w, mask=kept) == rest
    assert metric(y, p, w, np.zeros(301, bool)) == 0


# Ranks


def test_ranks_are_those_of_numpy(scores, own):
    found = metrics.ranks(own, scores)
    mine = scores[np.arange(ROWS), own][:, None]
    assert found.greater.tolist() == (scores > mine).sum(axis=1).tolist()
    assert found.equal.tolist() == ((scores == mine).sum(axis=1) - 1).tolist()
    assert not found.absent.any() and found.absent.dtype == np.bool_
    assert found.position.tolist() == (found.greater.astype(int) + found.equal + 1).tolist()


def test_a_matrix_of_ones_and_zeros_is_the_same_as_positions(scores, own, weights):
    matrix = np.eye(ITEMS)[own]
    for metric in at(4):
        assert metric(matrix, scores, sample_weight=weights) == metric(own, scores, sample_weight=weights)


@pytest.mark.parametrize("k", [1, 2, 5, ITEMS, 100])
def test_figures_of_ranks_are_those_of_numpy(scores, own, weights, k):
    found = metrics.ranks(own, scores)
    position = found.greater.astype(int) + found.equal + 1
    expected = [position <= k, found.greater < k, 1 / position, position]
    for metric, values in zip(at(k), expected, strict=True):
        assert metric(own, scores, sample_weight=weights) == pytest.approx(mean(values, weights), rel=1e-12)
    names = [f"top_{k}", f"keras_top_{k}", "mrr", "mean_rank"]
    figures = metrics.rank_figures(found, [k], weights)
    assert list(figures) == names
    assert list(figures.values()) == [metric(own, scores, sample_weight=weights) for metric in at(k)]


def test_a_constant_model_hits_always_by_keras_and_never_otherwise():
    constant = np.zeros((3, 10))
    assert metrics.keras_top_k_accuracy([0, 1, 2], constant, k=1) == 1
    assert metrics.top_k_accuracy([0, 1, 2], constant, k=9) == 0
    assert metrics.top_k_accuracy([0, 1, 2], constant, k=10) == 1


def test_ranks_do_not_depend_on_the_order_of_rows_and_items(scores, own, weights, random):
    rows, items = random.permutation(ROWS), random.permutation(ITEMS)
    place = np.argsort(items)
    for metric in at(3):
        moved = metric(place[own[rows]], scores[rows][:, items], sample_weight=weights[rows])
        assert moved == pytest.approx(metric(own, scores, sample_weight=weights), rel=1e-12)


def test_a_mask_removes_items(scores, own, random):
    mask = random.uniform(size=(ROWS, ITEMS)) < 0.5
    mask[np.arange(ROWS), own] = True
    found = metrics.ranks(own, np.where(mask, scores, np.nan), mask)
    for row in range(ROWS):
        alone = metrics.ranks([mask[row, : own[row]].sum()], scores[row : row + 1, mask[row]])
        assert (found.greater[row], found.equal[row]) == (alone.greater[0], alone.equal[0])
    for metric in at(3):
        assert metric(own, scores, mask=mask) == metric(own, np.where(mask, scores, -1), mask=np.ones_like(mask))


def test_an_item_that_is_masked_is_a_miss():
    found = metrics.ranks([0, 1], [[3, 1, 2], [1, 3, 2]], [[False, True, True], [True, True, True]])
    assert found.absent.tolist() == [True, False]
    assert found.position.tolist() == [4, 1]
    assert metrics.rank_figures(found, [100])["top_100"] == 0.5
    assert metrics.rank_figures(found, [100])["keras_top_100"] == 0.5


def test_a_mask_of_rows_and_a_weight_of_0_remove_rows_of_ranks(scores, own, weights, random):
    kept = random.uniform(size=ROWS) < 0.5
    spoilt, other = np.where(kept[:, None], scores, np.inf), np.where(kept, own, -1)
    for metric in at(3):
        rest = metric(own[kept], scores[kept], sample_weight=weights[kept])
        assert metric(other, spoilt, sample_weight=weights, mask=kept) == pytest.approx(rest, rel=1e-12)
        assert metric(own, scores, sample_weight=weights * kept) == pytest.approx(rest, rel=1e-12)
        assert metric(own, scores, mask=np.zeros(ROWS)) == 0


def test_factorized_ranks_are_the_ranks_of_the_products(random, own):
    queries = random.integers(-3, 4, (ROWS, 5))
    items = random.integers(-3, 4, (ITEMS, 5))  # products of whole numbers are exact
    mask = random.uniform(size=(ROWS, ITEMS)) < 0.7
    for each in (None, mask):
        by_vectors = metrics.factorized_ranks(own, queries, items, each)
        by_scores = metrics.ranks(own, queries @ items.T, each)
        for mine, other in zip(by_vectors, by_scores, strict=True):
            assert mine.tolist() == other.tolist()


def test_factorized_ranks_on_all_threads_are_the_same(random):
    queries, items = random.normal(size=(700, 16)), random.normal(size=(6000, 16))  # large enough for threads
    own = random.integers(0, 6000, 700)
    whole = metrics.factorized_ranks(own, queries, items)
    part = metrics.factorized_ranks(own[:50], queries[:50], items)
    assert whole.position[:50].tolist() == part.position.tolist()


# Lists


def ndcg_of_a_list(gains, positions, k):
    gain = sum(g / np.log2(1 + p) for g, p in zip(gains, positions, strict=True) if p <= k)
    best = sum(g / np.log2(2 + i) for i, g in enumerate(sorted(gains, reverse=True)[:k]))
    return gain / best


def figures_of_lists(gains, scores, k):
    """Recall and NDCG of each list with a relevant item, None for others."""
    recall, ndcg = [], []
    for g, s in zip(gains, scores, strict=True):
        relevant = np.flatnonzero(g > 0)
        positions = [(s >= s[item]).sum() for item in relevant]
        if not len(relevant):
            recall.append(None), ndcg.append(None)
            continue
        recall.append(sum(g[i] for i, p in zip(relevant, positions, strict=True) if p <= k) / g.sum())
        ndcg.append(ndcg_of_a_list([g[i] for i in relevant], positions, k))
    return recall, ndcg


@pytest.fixture
def gains(random):
    """Graded relevance; two lists have none."""
    found = random.integers(0, 4, (ROWS, ITEMS)) * (random.uniform(size=(ROWS, ITEMS)) < 0.3)
    found[[3, 17]] = 0
    return found.astype(np.float32)


@pytest.mark.parametrize("k", [1, 3, 10, ITEMS, 1000])
def test_figures_of_lists_are_those_of_numpy(gains, scores, k):
    for metric, expected in zip(lists_at(k), figures_of_lists(gains, scores, k), strict=True):
        values = [value for value in expected if value is not None]
        assert metric(gains, scores) == pytest.approx(np.mean(values), rel=1e-6)


def test_lists_are_averaged_by_user(gains, scores):
    users = np.array([f"user {row % 7}" for row in range(ROWS)])
    for metric, expected in zip(lists_at(5), figures_of_lists(gains, scores, 5), strict=True):
        frame = pd.DataFrame({"user": users, "value": np.array(expected, float)}).dropna()
        assert metric(gains, scores, users=users) == pytest.approx(frame.groupby("user").value.mean().mean(), rel=1e-6)


def test_lists_with_one_relevant_item_may_be_given_by_position(scores, own):
    for metric in lists_at(4):
        assert metric(own, scores) == metric(np.eye(ITEMS)[own], scores)
    assert metrics.recall(own, scores, k=4) == pytest.approx(metrics.top_k_accuracy(own, scores, k=4))


def test_masked_negative_and_weightless_items_are_removed(gains, scores, random):
    kept = random.uniform(size=(ROWS, ITEMS)) < 0.6
    for metric in lists_at(5):
        rows = [metric(gains[r : r + 1, kept[r]], scores[r : r + 1, kept[r]]) for r in range(ROWS)]
        there = [(gains[r] * kept[r]).any() for r in range(ROWS)]
        rest = pytest.approx(np.mean(np.array(rows)[there]), rel=1e-12)
        assert metric(np.where(kept, gains, np.nan), np.where(kept, scores, np.nan), mask=kept) == rest
        assert metric(np.where(kept, gains, -1), np.where(kept, scores, np.nan)) == rest
        assert metric(gains, np.where(kept, scores, np.nan), sample_weight=kept.astype(float)) == rest


def test_masked_and_weightless_lists_are_removed(gains, scores, random):
    kept = random.uniform(size=ROWS) < 0.6
    for metric in lists_at(5):
        rest = pytest.approx(metric(gains[kept], scores[kept]), rel=1e-12)
        assert metric(gains, scores, mask=kept) == rest
        assert metric(gains, scores, sample_weight=2 * kept) == rest
        assert metric(gains, scores, mask=np.zeros(ROWS)) == 0


def test_weights_of_items_multiply_gains(gains, scores, random):
    weights = random.uniform(0.5, 2, (ROWS, ITEMS)).astype(np.float32)
    for metric in lists_at(5):
        assert metric(gains, scores, sample_weight=weights) == pytest.approx(metric(gains * weights, scores), rel=1e-6)


def test_figures_of_lists_do_not_depend_on_the_order(gains, scores, random):
    rows, items = random.permutation(ROWS), random.permutation(ITEMS)
    for metric in lists_at(5):
        assert metric(gains[rows][:, items], scores[rows][:, items]) == pytest.approx(metric(gains, scores), rel=1e-12)


def test_figures_by_user_of_rows_are_those_of_matrices(gains, scores):
    row, item = np.nonzero(gains)
    found = metrics.ranks(item, scores[row])
    figures = metrics.user_figures(found, row, item, row % 7, [1, 5], gains[row, item])
    kinds = ["recall", "ndcg", "precision", "hit", "map", "mrr"]
    assert {f"{kind}@{k}" for kind in kinds for k in (1, 5)} <= set(figures)
    for metric, name in zip(lists_at(5), ["recall@5", "ndcg@5"], strict=True):
        assert figures[name] == metric(gains, scores, users=np.arange(ROWS) % 7)


ORDERS = [metrics.precision, metrics.hit, metrics.average_precision, metrics.reciprocal_rank]


def figures_of_order(gains, scores, k):
    """Precision, hit, average precision and reciprocal rank of each list with a relevant item, the slow way."""
    for g, s in zip(gains, scores, strict=True):
        places = sorted((s >= s[item]).sum() for item in np.flatnonzero(g > 0))
        if not places:
            continue
        found = [place for place in places if place <= k]
        precisions = [sum(other <= place for other in places) / place for place in found]
        yield len(found) / k, bool(found), sum(precisions) / len(places), 1 / found[0] if found else 0


@pytest.mark.parametrize("k", [1, 3, 10, ITEMS, 1000])
def test_figures_of_the_order_are_those_of_numpy(gains, scores, k):
    expected = np.mean(list(figures_of_order(gains, scores, k)), axis=0)
    for metric, value in zip(ORDERS, expected, strict=True):
        assert metric(gains, scores, k=k) == pytest.approx(value, rel=1e-6)
        assert metric(gains, scores, k=k, users=np.arange(ROWS)) == metric(gains, scores, k=k)


def test_gauc_is_the_auc_of_each_user(classes, random):
    y_true, y_pred, weight = classes
    users = random.integers(0, 40, len(y_true))
    aucs, weights = [], []
    for user in range(40):
        rows = users == user
        if len(set(y_true[rows])) == 2:
            aucs.append(metrics.auc(y_true[rows], y_pred[rows], weight[rows]))
            weights.append(weight[rows].sum())
    expected = pytest.approx(np.average(aucs, weights=weights), rel=1e-6)
    assert metrics.gauc(y_true, y_pred, users, weight) == expected
    assert metrics.rating_figures(y_true, y_pred, weight, users=users)["gauc"] == expected
    names = np.array([f"user {user}" for user in users])
    kept = random.uniform(size=len(users)) < 0.7
    assert metrics.gauc(y_true, y_pred, names, mask=kept) == metrics.gauc(y_true[kept], y_pred[kept], names[kept])


def test_calibration_error_is_the_error_of_bins(classes):
    y_true, y_pred, weight = classes
    bins = np.clip(np.ceil(y_pred.astype(float) * 15) - 1, 0, 14)
    error = sum(abs((weight * (y_pred - y_true))[bins == b].sum()) for b in range(15)) / weight.sum()
    assert metrics.calibration_error(y_true, y_pred, weight) == pytest.approx(error, rel=1e-5)


@pytest.mark.parametrize("exponential", [False, True])
def test_figures_of_groups_are_those_of_lists(gains, scores, exponential):
    groups = np.repeat(np.arange(ROWS), ITEMS)
    figures = metrics.group_figures(gains.ravel(), scores.ravel(), groups, [3, 10], exponential=exponential)
    graded = 2**gains - 1 if exponential else gains
    for k in (3, 10):
        assert figures[f"ndcg@{k}"] == pytest.approx(metrics.ndcg(graded, scores, k=k), rel=1e-6)
        assert figures[f"map@{k}"] == pytest.approx(metrics.average_precision(gains, scores, k=k), rel=1e-6)
        assert figures[f"mrr@{k}"] == pytest.approx(metrics.reciprocal_rank(gains, scores, k=k), rel=1e-6)


def test_figures_beyond_accuracy_are_those_of_numpy(random):
    lists = [random.permutation(ITEMS)[: random.integers(2, 9)] for _ in range(ROWS)]
    counts, vectors = random.integers(0, 50, ITEMS), random.normal(size=(ITEMS, 4)).astype(np.float32)
    first = [items[:5] for items in lists]
    shown = np.bincount(np.concatenate(first), minlength=ITEMS)
    assert metrics.coverage(lists, 5, ITEMS) == (shown > 0).mean()
    differences = np.abs(shown[:, None] - shown[None, :]).sum()
    assert metrics.gini(lists, 5, ITEMS) == pytest.approx(differences / (2 * ITEMS * shown.sum()), rel=1e-9)
    bits = -np.log2(np.maximum(counts, 1) / counts.sum())
    assert metrics.novelty(lists, 5, counts) == pytest.approx(bits[np.concatenate(first)].mean(), rel=1e-9)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = [1 - (units[items] @ units[items].T)[np.triu_indices(len(items), 1)].mean() for items in first]
    assert metrics.diversity(lists, 5, vectors) == pytest.approx(np.mean(pairs), rel=1e-5)
    assert metrics.coverage([], 5, ITEMS) == metrics.gini([], 5, ITEMS) == 0


def test_bootstrap_intervals_have_the_width_of_the_normal_approximation(random):
    values, weights = random.normal(3, 2, 4000), random.uniform(0.5, 1.5, 4000)
    low, high = metrics.bootstrap_interval(values, seed=5)
    assert high - low == pytest.approx(2 * 1.96 * 2 / np.sqrt(4000), rel=0.1)
    assert (low + high) / 2 == pytest.approx(values.mean(), abs=0.02)
    assert metrics.bootstrap_interval(values, seed=5) == (low, high) != metrics.bootstrap_interval(values, seed=6)
    low, high = metrics.bootstrap_interval(values, minus=values - 0.25, sample_weight=weights)
    assert low == pytest.approx(0.25, abs=1e-6) and high == pytest.approx(0.25, abs=1e-6)
