#!/usr/bin/env python3
"""Writes fixtures/{rating_losses,retrieval_losses,retrieval_negatives}.safetensors: losses and their gradients in Keras 2.15 and TensorFlow
Recommenders. Run with the Python of tests/parity/setup. shortlist/losses/parity_test.cc reads the result.
"""
from fixture import Fixture, np, tf
import tensorflow_recommenders as tfrs

losses = tf.keras.losses


def write_rating_losses():
    f = Fixture("rating_losses")
    cases = [("mean_squared_error", losses.MeanSquaredError(), ""), ("mean_absolute_error", losses.MeanAbsoluteError(), ""),
             ("huber", losses.Huber(), ""), ("huber", losses.Huber(delta=2.5), "delta = 2.5"),
             ("binary_crossentropy", losses.BinaryCrossentropy(from_logits=True), ""), ("log_cosh", losses.LogCosh(), "")]
    for name, loss, settings in cases:
        for weighted in (False, True):
            rows = 37
            logits = name == "binary_crossentropy"
            labels = f.random.integers(0, 2, rows) if logits else f.random.integers(1, 11, rows)
            labels = labels.astype(np.float32)[:, None]
            labels[:3] = 0.25  # a probability may be a label too
            predictions = tf.Variable(f.normal(rows, 1, scale=6) + (0 if logits else 5))
            weights = f.random.uniform(0, 3, (rows, 1)).astype(np.float32) if weighted else np.ones((rows, 1), np.float32)
            task = tfrs.tasks.Ranking(loss=loss)
            with tf.GradientTape() as tape:
                value = task(labels, predictions, sample_weight=weights if weighted else None)
            f.add("/".join(filter(None, [name, settings.replace(" = ", "_"), "weighted" if weighted else "plain"])),
                  f'loss = "{name}"\n{settings}', labels=labels, predictions=predictions.numpy(), weights=weights,
                  loss=value.numpy().reshape(1), dpredictions=tape.gradient(value, predictions).numpy())
    f.write()


def add_retrieval(f, queries, candidates, rows, temperature, weighted=False, corrected=False):
    """Row r pairs query r % queries with a candidate; both stand in several rows. `corrected` is TFRS's candidate sampling
    probability: each candidate's is its share."""
    u, v = tf.Variable(f.normal(queries, 9)), tf.Variable(f.normal(candidates, 9))
    of_query = np.arange(rows, dtype=np.int32) % queries
    of_candidate = f.random.permutation(np.arange(rows, dtype=np.int32) % candidates)
    weights = (f.random.uniform(0, 3, rows) if weighted else np.ones(rows)).astype(np.float32)
    shares = f.random.uniform(1e-4, 0.2, candidates).astype(np.float32)
    task = tfrs.tasks.Retrieval(temperature=None if temperature == 1 else temperature)
    with tf.GradientTape() as tape:
        loss = task(tf.gather(u, of_query), tf.gather(v, of_candidate), sample_weight=weights if weighted else None,
                    candidate_sampling_probability=shares[of_candidate] if corrected else None)
    du, dv = [tf.convert_to_tensor(g).numpy() for g in tape.gradient(loss, [u, v])]
    kind = ("weighted" if weighted else "plain") + ("_corrected" if corrected else "")
    f.add(f"{queries}_{candidates}_{rows}/{temperature}/{kind}",
          f"temperature = {temperature}\nsampling_correction = {str(corrected).lower()}", queries=u.numpy(),
          candidates=v.numpy(), row_query=of_query, row_candidate=of_candidate, weights=weights, shares=shares,
          loss=loss.numpy().reshape(1), dqueries=du, dcandidates=dv)


def write_retrieval_losses():
    f = Fixture("retrieval_losses")
    for sizes in [(1, 1, 1), (1, 7, 7), (9, 17, 40), (33, 5, 70)]:
        for temperature in (1.0, 0.3):
            for weighted in (False, True):
                add_retrieval(f, *sizes, temperature, weighted)
            if sizes[1] > 1:  # the loss of a single candidate is 0
                add_retrieval(f, *sizes, temperature, weighted=True, corrected=True)
    f.write()


def retrieval_loss(u, v, weights, temperature, shares, ids, mask, hard):
    """The steps of tasks.Retrieval.call() as of TensorFlow Recommenders 0.7.7, with the layers of 0.7.3, whose task knows
    neither score masks nor several vectors per query."""
    layers, few = tfrs.layers.loss, np.finfo(np.float32).min / 100
    scores = tf.matmul(u, v, transpose_b=True)
    if u.shape.rank == 3:
        scores = tf.reduce_max(scores, axis=1)
    labels = tf.eye(*scores.shape)
    scores /= temperature
    if shares is not None:
        scores = layers.SamplingProbablityCorrection()(scores, shares)
    if ids is not None:
        scores = layers.RemoveAccidentalHits()(labels, scores, tf.constant(ids))
    if mask is not None:
        scores = tf.where(tf.constant(mask), scores, few)
    if hard:
        scores, labels = layers.HardNegativeMining(hard)(scores, labels)
    loss = losses.CategoricalCrossentropy(from_logits=True, reduction=losses.Reduction.SUM)(labels, scores, weights)
    if u.shape.rank == 2 and mask is None:  # what the task of 0.7.3 knows
        task = tfrs.tasks.Retrieval(temperature=temperature, num_hard_negatives=hard or None,
                                    remove_accidental_hits=ids is not None)
        np.testing.assert_allclose(loss, task(u, v, sample_weight=weights, candidate_sampling_probability=shares,
                                              candidate_ids=None if ids is None else tf.constant(ids)), rtol=1e-6)
    return loss


def add_negatives(f, rows, candidates, vectors=1, **options):
    """Row r has query r and candidate r; further candidates are negatives of every row. Candidates with the same id are
    accidental hits."""
    u = tf.Variable(f.normal(*((rows, 9) if vectors == 1 else (rows, vectors, 9))))
    v = tf.Variable(f.normal(candidates, 9))
    ids = f.random.integers(0, max(2, candidates // 2), candidates).astype(np.int32)
    weights = f.random.uniform(0, 3, rows).astype(np.float32)
    shares = f.random.uniform(1e-4, 0.2, candidates).astype(np.float32)
    mask = (f.random.uniform(size=(rows, candidates)) < 0.8) | np.eye(rows, candidates, dtype=bool)
    temperature, hard = options.get("temperature", 1), options.get("hard_negatives", 0)
    item, corrected, masked = [options.get(name, False) for name in ("item", "corrected", "masked")]
    with tf.GradientTape() as tape:
        loss = retrieval_loss(u, v, weights, temperature, shares if corrected else None, ids if item else None,
                              mask if masked else None, hard)
    du, dv = [tf.convert_to_tensor(g).numpy() for g in tape.gradient(loss, [u, v])]
    name = "_".join([f"{rows}_{candidates}_{vectors}", *(f"{key}_{value}" for key, value in options.items())])
    f.add(name.lower(), f"""temperature = {temperature}
hard_negatives = {hard}
accidental_hits = "{"item" if item else "none"}"
""", queries=u.numpy().reshape(rows, -1), candidates=v.numpy(), ids=ids, weights=weights,
          shares=shares if corrected else np.empty(0, np.float32),
          excluded=(~mask).astype(np.int32) if masked else np.empty((0, 0), np.int32), loss=loss.numpy().reshape(1),
          dqueries=du.reshape(rows, -1), dcandidates=dv)


def write_retrieval_negatives():
    f = Fixture("retrieval_negatives")
    for rows, candidates in [(1, 3), (7, 7), (23, 31)]:
        add_negatives(f, rows, candidates)  # candidates from outside the batch
        add_negatives(f, rows, candidates, item=True)
        add_negatives(f, rows, candidates, masked=True, temperature=0.3)
        add_negatives(f, rows, candidates, hard_negatives=2)
        # All corrections, in the order of tasks.Retrieval.call().
        add_negatives(f, rows, candidates, item=True, corrected=True, masked=True, hard_negatives=4, temperature=0.5)
        add_negatives(f, rows, candidates, item=True, corrected=True, masked=True, temperature=0.5)
        add_negatives(f, rows, candidates, vectors=3)
        add_negatives(f, rows, candidates, vectors=2, item=True, corrected=True, hard_negatives=3, temperature=0.5)
    f.write()


write_rating_losses()
write_retrieval_losses()
write_retrieval_negatives()
