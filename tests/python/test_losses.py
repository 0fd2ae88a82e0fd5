"""Losses on arrays: against plain NumPy in float64, their gradients, and their properties."""

import inspect

import numpy as np
import pytest

import shortlist as sl
from shortlist import losses

ROWS = 37


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def huber(y, p, delta=1.0):
    e = np.abs(p - y)
    return np.where(e <= delta, e**2 / 2, delta * (e - delta / 2))


# Function, its formula, and the formula of its derivative by the prediction.
LOSSES = [
    (losses.mean_squared_error, lambda y, p: (p - y) ** 2, lambda y, p: 2 * (p - y)),
    (losses.mean_absolute_error, lambda y, p: np.abs(p - y), lambda y, p: np.sign(p - y)),
    (losses.huber, huber, lambda y, p: np.clip(p - y, -1, 1)),
    (losses.log_cosh, lambda y, p: np.log(np.cosh(p - y)), lambda y, p: np.tanh(p - y)),
    (losses.binary_crossentropy, lambda y, p: softplus(p) - p * y, lambda y, p: sigmoid(p) - y),
]
each_loss = pytest.mark.parametrize(("loss", "formula", "derivative"), LOSSES, ids=lambda value: value.__name__)


@pytest.fixture
def random():
    return np.random.default_rng(3)


@pytest.fixture
def rows(random):
    """Labels, predictions and weights that float32 represents exactly."""
    y_true = random.integers(0, 9, ROWS) / 8
    return y_true, np.round(random.normal(0, 2, ROWS) * 64) / 64 + 1 / 128, random.integers(0, 17, ROWS) / 8


@each_loss
def test_losses_of_labels_are_those_of_numpy(loss, formula, derivative, rows):
    y, p, w = rows
    assert loss(y, p) == pytest.approx(formula(y, p).mean(), rel=1e-12)
    value, gradient = loss(y, p, w, gradient=True)
    assert value == loss(y, p, w) == pytest.approx((w * formula(y, p)).sum() / ROWS, rel=1e-12)
    assert gradient.dtype == np.float32
    assert gradient == pytest.approx(w * derivative(y, p) / ROWS, rel=1e-6)


@each_loss
def test_gradients_by_predictions_match_finite_differences(loss, formula, derivative, rows):
    y, p, w = rows
    gradient = loss(y, p, w, gradient=True)[1]
    step = 2.0**-8  # less than the distance of any prediction from a label, where mean_absolute_error has its kink
    for row in range(ROWS):
        move = step * (np.arange(ROWS) == row)
        slope = (loss(y, p + move, w) - loss(y, p - move, w)) / (2 * step)
        assert gradient[row] == pytest.approx(slope, abs=2e-5)


@each_loss
def test_a_mask_removes_rows(loss, formula, derivative, rows, random):
    y, p, w = rows
    kept = random.uniform(size=ROWS) < 0.5
    rest = loss(y[kept], p[kept], w[kept], gradient=True)
    value, gradient = loss(np.where(kept, y, np.nan), np.where(kept, p, np.inf), w, kept, gradient=True)
    assert value == rest[0]
    assert gradient[kept].tolist() == rest[1].tolist() and not gradient[~kept].any()


@each_loss
def test_a_weight_of_0_removes_a_row_from_the_sum(loss, formula, derivative, rows, random):
    y, p, w = rows
    kept = random.uniform(size=ROWS) < 0.5
    value, gradient = loss(y, p, w * kept, gradient=True)
    assert value * ROWS == pytest.approx(loss(y[kept], p[kept], w[kept]) * kept.sum(), rel=1e-12)
    assert not gradient[~kept].any()


@each_loss
def test_losses_of_labels_do_not_depend_on_the_order(loss, formula, derivative, rows, random):
    order = random.permutation(ROWS)
    value, gradient = loss(*rows, gradient=True)
    moved, gradient_of_moved = loss(*(values[order] for values in rows), gradient=True)
    assert moved == pytest.approx(value, rel=1e-12)
    assert gradient_of_moved.tolist() == gradient[order].tolist()


def test_huber_takes_its_delta(rows):
    y, p, _ = rows
    assert losses.huber(y, p, delta=0.25) == pytest.approx(huber(y, p, 0.25).mean(), rel=1e-12)


def test_large_values_do_not_overflow():
    assert losses.binary_crossentropy([1, 0], [-1e4, 1e4]) == 1e4
    assert losses.binary_crossentropy([1, 0], [1e4, -1e4]) == 0
    assert losses.log_cosh([0, 0], [1e6, -1e6]) == pytest.approx(1e6 - np.log(2), rel=1e-12)


# In-batch softmax


def softmax_loss(q, c, w=None, t=None, n=None, share=None, temperature=1.0):
    """Loss and gradients in float64."""
    q, c = np.asarray(q, float), np.asarray(c, float)
    w = np.ones(len(q)) if w is None else w
    t = np.arange(len(q)) if t is None else t
    s = q @ c.T / temperature
    if share is not None:
        s = s - np.log(np.clip(share, 1e-6, 1))
    terms = np.exp(s - s.max(axis=1, keepdims=True)) * (1 if n is None else n)
    total = terms.sum(axis=1, keepdims=True)
    own = np.eye(len(c))[t]
    each = np.log(total[:, 0]) + s.max(axis=1) - (s * own).sum(axis=1)
    ds = w[:, None] * (terms / total - own)
    return (w * each).sum(), ds @ c / temperature, ds.T @ q / temperature


@pytest.fixture
def batch(random):
    """Queries, more candidates than queries, and weights."""
    return random.normal(size=(ROWS, 6)), random.normal(size=(ROWS + 8, 6)), random.uniform(0, 2, ROWS)


def assert_same(found, expected):
    assert found[0] == pytest.approx(expected[0], rel=2e-6)
    for mine, other in zip(found[1:], expected[1:], strict=True):
        assert mine.dtype == np.float32
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=5e-6)


def test_in_batch_softmax_is_that_of_numpy(batch, random):
    q, c, w = batch
    share = random.uniform(0, 0.2, len(c))
    share[:2] = 1e-9, 1  # below 1e-6 counts as 1e-6
    own, times = random.integers(0, len(c), ROWS), random.integers(1, 4, len(c))
    assert_same(losses.in_batch_softmax(q, c, gradient=True), softmax_loss(q, c))
    found = losses.in_batch_softmax(
        q,
        c,
        w,
        y_true=own,
        candidate_sampling_probability=share,
        candidate_multiplicity=times,
        temperature=0.3,
        gradient=True,
    )
    assert_same(found, softmax_loss(q, c, w, own, times, share, 0.3))


@pytest.mark.parametrize("rows", [1, 2, 47, 48, 49, 300])
def test_in_batch_softmax_is_that_of_numpy_at_all_sizes(rows, random):
    q, c = random.normal(size=(rows, 9)), random.normal(size=(rows, 9))
    assert_same(losses.in_batch_softmax(q, c, gradient=True), softmax_loss(q, c))


def test_gradients_by_embeddings_match_finite_differences(batch):
    q, c, w = batch
    _, dq, dc = losses.in_batch_softmax(q, c, w, temperature=0.7, gradient=True)
    step = 1e-2
    for row in range(5):
        for array, gradient in ((q, dq), (c, dc)):
            move = np.zeros_like(array)
            move[row, row] = step
            ahead = [q + move, c] if array is q else [q, c + move]
            behind = [q - move, c] if array is q else [q, c - move]
            slope = losses.in_batch_softmax(*ahead, w, temperature=0.7)
            slope = (slope - losses.in_batch_softmax(*behind, w, temperature=0.7)) / (2 * step)
            assert gradient[row, row] == pytest.approx(slope, abs=3e-3)


def test_the_mean_is_the_sum_divided_by_the_rows(batch):
    total, mean = (losses.in_batch_softmax(*batch, reduction=each, gradient=True) for each in ("sum", "mean"))
    for whole, part in zip(total, mean, strict=True):
        np.testing.assert_allclose(np.asarray(part) * ROWS, whole, rtol=1e-5, atol=1e-6)


def test_in_batch_softmax_does_not_depend_on_the_order(batch, random):
    q, c, w = batch
    rows, others = random.permutation(ROWS), random.permutation(len(c))
    place = np.argsort(others)
    value, dq, dc = losses.in_batch_softmax(q, c, w, gradient=True)
    moved = losses.in_batch_softmax(q[rows], c[others], w[rows], y_true=place[rows], gradient=True)
    assert_same(moved, (value, dq[rows], dc[others]))


def test_a_weight_of_0_keeps_the_candidate_as_a_negative(batch, random):
    q, c, w = batch
    kept = random.uniform(size=ROWS) < 0.5
    value, dq, dc = losses.in_batch_softmax(q, c, w * kept, gradient=True)
    rest = losses.in_batch_softmax(q[kept], c, w[kept], y_true=np.flatnonzero(kept), gradient=True)
    assert_same((value, dq[kept], dc), rest)
    assert not dq[~kept].any()


def test_distinct_candidates_with_multiplicities_are_the_rows_of_training(random):
    """Training lists each distinct candidate once; TensorFlow lists one for each row."""
    items = random.normal(size=(9, 5))
    of_row = np.concatenate([np.arange(9), random.integers(0, 9, 30)])
    q = random.normal(size=(39, 5))
    expanded, dq, dc = losses.in_batch_softmax(q, items[of_row], gradient=True)
    by_item = np.zeros((9, 5))
    np.add.at(by_item, of_row, dc)
    distinct = losses.in_batch_softmax(
        q, items, y_true=of_row, candidate_multiplicity=np.bincount(of_row), gradient=True
    )
    assert_same(distinct, (expanded, dq, by_item))


def masked_loss(q, c, w, negative, share, hard, temperature):
    """The loss in float64, with a matrix that is True where a candidate is a negative or the row's own."""
    s = q @ c.T / temperature - np.log(share)
    own = s[np.arange(len(q)), np.arange(len(q))]
    s = np.where(negative, s, -np.inf)
    s[np.arange(len(q)), np.arange(len(q))] = -np.inf
    hardest = -np.sort(-s, axis=1)[:, :hard]
    terms = np.concatenate([own[:, None], hardest], axis=1)
    return (w * (np.log(np.exp(terms - own[:, None]).sum(axis=1)))).sum()


@pytest.mark.parametrize("hard", [None, 1, 4])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("removes", [False, True])
def test_corrections_of_in_batch_softmax_are_those_of_numpy(batch, random, hard, masked, removes):
    q, c, w = batch
    share = random.uniform(0.001, 0.2, len(c))
    ids = random.choice(["a", "b", "c", "d", "e"], len(c))
    mask = random.uniform(size=(ROWS, len(c))) < 0.7
    mask[np.arange(ROWS), np.arange(ROWS)] = True
    negative = mask if masked else np.ones_like(mask)
    if removes:
        negative = negative & (ids[:ROWS, None] != ids)
    loss, dq, dc = losses.in_batch_softmax(
        q,
        c,
        w,
        candidate_sampling_probability=share,
        candidate_ids=ids,
        remove_accidental_hits=removes,
        score_mask=mask if masked else None,
        num_hard_negatives=hard,
        temperature=0.5,
        gradient=True,
    )
    assert loss == pytest.approx(masked_loss(q, c, w, negative, share, hard, 0.5), rel=1e-5)
    np.testing.assert_allclose((dq * q).sum(), (dc * c).sum(), rtol=1e-3)  # s is homogeneous in both


def test_the_best_vector_of_a_query_counts(random):
    q, c = random.normal(size=(5, 3, 4)), random.normal(size=(7, 4))
    s = (q @ c.T).max(axis=1)
    expected = (np.log(np.exp(s).sum(axis=1)) - s[np.arange(5), np.arange(5)]).sum()
    loss, dq, dc = losses.in_batch_softmax(q, c, gradient=True)
    assert loss == pytest.approx(expected, rel=1e-6)
    assert dq.shape == q.shape and dc.shape == c.shape


def test_equal_sampling_probabilities_change_nothing(batch):
    q, c, _ = batch
    value = losses.in_batch_softmax(q, c, candidate_sampling_probability=np.full(len(c), 0.125))
    assert value == pytest.approx(losses.in_batch_softmax(q, c), rel=1e-6)


# Arguments

PAIR = np.eye(2)
WRONG = [
    (sl.DataError, "candidate_ids: got nothing", lambda: losses.in_batch_softmax(PAIR, PAIR, remove_accidental_hits=True)),
    (
        sl.DataError,
        r"score_mask\[1, 1\]: got False, need True for a row's own candidate",
        lambda: losses.in_batch_softmax(PAIR, PAIR, score_mask=[[True, True], [True, False]]),
    ),
    (
        sl.ConfigError,
        "num_hard_negatives: got 0",
        lambda: losses.in_batch_softmax(PAIR, PAIR, num_hard_negatives=0),
    ),
    (sl.ConfigError, "delta: got 0", lambda: losses.huber([1], [1], delta=0)),
    (sl.ConfigError, "delta: got .*text", lambda: losses.huber([1], [1], delta="text")),
    (sl.ConfigError, "gradient: got 2, need True or False", lambda: losses.huber([1], [1], gradient=2)),
    (sl.DataError, "y_true: is empty", lambda: losses.log_cosh([], [])),
    (sl.DataError, r"y_pred\[0\]: got nan", lambda: losses.log_cosh([1], [np.nan])),
    (sl.DataError, "mask: is False in every row", lambda: losses.log_cosh([1], [1], mask=[False])),
    (sl.ConfigError, "temperature: got -1", lambda: losses.in_batch_softmax(PAIR, PAIR, temperature=-1)),
    (sl.ConfigError, 'reduction: got "none"', lambda: losses.in_batch_softmax(PAIR, PAIR, reduction="none")),
    (sl.DataError, r"query_embeddings: .*need \[rows, width\]", lambda: losses.in_batch_softmax([1, 2], PAIR)),
    (sl.DataError, r"query_embeddings\[1, 0\]: got nan", lambda: losses.in_batch_softmax([[1, 2], [np.nan, 1]], PAIR)),
    (sl.DataError, "candidate_embeddings: got the width 1, need 2", lambda: losses.in_batch_softmax(PAIR, PAIR[:, :1])),
    (
        sl.DataError,
        "candidate_embeddings: got 1 rows, need at least 2",
        lambda: losses.in_batch_softmax(PAIR, PAIR[:1]),
    ),
    (
        sl.DataError,
        r"y_true\[1\]: got 2, need .*2 candidates",
        lambda: losses.in_batch_softmax(PAIR, PAIR, y_true=[0, 2]),
    ),
    (
        sl.DataError,
        r"candidate_sampling_probability\[0\]: got 0.0",
        lambda: losses.in_batch_softmax(PAIR, PAIR, candidate_sampling_probability=[0, 0.5]),
    ),
    (
        sl.DataError,
        r"candidate_multiplicity\[1\]: got 0",
        lambda: losses.in_batch_softmax(PAIR, PAIR, candidate_multiplicity=[1, 0]),
    ),
    (sl.DataError, "the loss is (nan|inf)", lambda: losses.in_batch_softmax(PAIR * 1e30, PAIR * 1e30)),
]


@pytest.mark.parametrize(("error", "message", "call"), WRONG, ids=[message for _, message, _ in WRONG])
def test_wrong_arguments_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call()


ODD = [None, 1, "text", [], [[]], [None], np.nan, [np.nan, 1], [[1, 2], [3, 4]], np.ones((2, 2, 2)), [1j, 2], {"a": 1},
       [[1], [2, 3]], object(), [1e39, 1], b"x", np.inf, 1e-50, [[1e38, 1], [1, -1e38]]]  # fmt: skip


@pytest.mark.parametrize("name", losses.__all__)
def test_odd_arguments_raise_errors_of_the_package(name):
    """Each odd value in the place of each argument, whose others are good."""
    function = getattr(losses, name)
    good = {
        "y_true": [1, 0], "y_pred": [0.5, 0.2], "sample_weight": [1, 2], "mask": [True, True],
        "delta": 1, "gradient": True, "query_embeddings": PAIR, "candidate_embeddings": PAIR,
        "candidate_sampling_probability": [0.1, 0.2], "candidate_multiplicity": [1, 2],
        "temperature": 1, "reduction": "sum", "candidate_ids": [1, 2], "remove_accidental_hits": True,
        "score_mask": [[True, True], [True, True]], "num_hard_negatives": 1,
    }  # fmt: skip
    names = list(inspect.signature(function).parameters)
    arguments = {each: good[each] for each in names}
    function(**arguments)
    for each in names:
        for odd in ODD:
            try:
                loss = function(**{**arguments, each: odd})
            except sl.Error as error:
                assert str(error)
            else:
                assert np.isfinite(loss[0] if isinstance(loss, tuple) else loss)
