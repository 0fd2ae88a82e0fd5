#!/usr/bin/env python3
"""Writes fixtures/{rating_losses,retrieval_losses}.safetensors: losses and their gradients in Keras 2.15 and TensorFlow
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


write_rating_losses()
write_retrieval_losses()
