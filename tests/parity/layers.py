#!/usr/bin/env python3
"""Writes fixtures/{layers,embeddings,regularizers}.safetensors and initializers.json: what Keras 2.15's and TensorFlow
Recommenders' layers compute, forward and backward. Run with the Python of tests/parity/setup.
shortlist/layers/parity_test.cc reads the result.
"""
import json

from fixture import FOLDER, Fixture, np, tf
import tensorflow_recommenders as tfrs

keras, layers = tf.keras, tf.keras.layers
ACTIVATIONS = ["linear", "relu", "sigmoid", "tanh", "softplus", "elu", "selu", "gelu", "swish"]
INITIALIZERS = {"zeros": "zeros", "ones": "ones", "uniform": "uniform", "normal": "random_normal",
                **{name: name for name in ["truncated_normal", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal",
                                           "lecun_uniform", "lecun_normal", "orthogonal"]}}


def gradients(fixture, y, tape, sources):
    """A random dy and the gradients of sum(dy y); IndexedSlices become whole matrices."""
    dy = fixture.normal(*y.shape)
    with tape:
        loss = tf.reduce_sum(dy * y)
    return dy, [tf.convert_to_tensor(g).numpy() for g in tape.gradient(loss, sources)]


def add_layer(fixture, case, settings, layer, inputs, call=None):
    """`layer` on `inputs`, after its weights were drawn; `call` where it does not take its inputs as a list."""
    call = call or (lambda *x: layer(x[0] if len(x) == 1 else list(x)))
    x = [tf.constant(x) for x in inputs]
    call(*x)  # builds it
    weights = list(getattr(layer, "weights", []))
    for weight in weights:
        drawn = fixture.normal(*weight.shape, scale=0.5)
        weight.assign(drawn if weight.trainable else np.abs(drawn) + 0.5)  # a variance is positive
    before = [weight.numpy() for weight in weights]
    trained = [weight for weight in weights if weight.trainable]
    tape = tf.GradientTape(persistent=True)
    with tape:
        tape.watch(x)
        y = call(*x)
    dy, found = gradients(fixture, y, tape, x + trained)
    tensors = {"output": y.numpy(), "doutput": dy}
    for i in range(len(x)):
        tensors |= {f"input_{i}": inputs[i], f"dinput_{i}": found[i]}
    for i, weight in enumerate(weights):
        tensors[f"parameter_{i}"] = before[i]
        if weight.trainable:
            tensors[f"dparameter_{i}"] = found[len(inputs) + i]
        else:
            tensors[f"parameter_after_{i}"] = weight.numpy()
    fixture.add(case, settings, **tensors)


def write_layers():
    f = Fixture("layers")
    for activation in ACTIVATIONS:
        add_layer(f, f"dense/{activation}", f'dense = 17\nactivation = "{activation}"',
                  layers.Dense(17, activation=activation), [f.normal(7, 9)])
        x = np.concatenate([np.linspace(-20, 20, 81), np.geomspace(1e-6, 1, 25), -np.geomspace(1e-6, 1, 25)])
        add_layer(f, f"activation/{activation}", f'activation = "{activation}"',
                  layers.Activation(activation), [x.astype(np.float32).reshape(1, -1)])
        add_layer(f, f"cross/{activation}", f'cross = "full"\nactivation = "{activation}"\ndiag_scale = 0.25',
                  *cross(f, 11, preactivation=activation, diag_scale=0.25))
    for rows, inner, units in [(1, 1, 1), (3, 33, 15), (13, 64, 33), (31, 5, 70)]:
        add_layer(f, f"dense/{rows}_{inner}_{units}", f"dense = {units}", layers.Dense(units), [f.normal(rows, inner)])
    add_layer(f, "dense/without_bias", "dense = 6\nbias = false", layers.Dense(6, use_bias=False), [f.normal(5, 8)])
    for width in (1, 9, 33):
        add_layer(f, f"cross/full_{width}", 'cross = "full"', *cross(f, width))
        for projection in (1, 5):
            add_layer(f, f"cross/low_{width}_{projection}", f'cross = "low"\nprojection = {projection}',
                      *cross(f, width, projection_dim=projection))
    add_layer(f, "cross/low_all_settings",
              'cross = "low"\nprojection = 4\ndiag_scale = 0.5\nactivation = "tanh"\nbias = false',
              *cross(f, 13, projection_dim=4, diag_scale=0.5, preactivation="tanh", use_bias=False))
    x0 = f.normal(6, 10)
    add_layer(f, "cross/of_one_input", 'cross = "full"', tfrs.layers.dcn.Cross(), [x0])
    for training in (True, False):
        for rows, width in [(5, 1), (7, 33), (64, 5)]:
            norm = layers.BatchNormalization()
            add_layer(f, f"batch_norm/{'training' if training else 'inference'}_{rows}_{width}", "batch_norm = true", norm,
                      [f.normal(rows, width, scale=3) + 2], lambda x, norm=norm, training=training: norm(x, training=training))
    norm = layers.BatchNormalization(momentum=0.7, epsilon=0.1)
    add_layer(f, "batch_norm/training_other_settings", "batch_norm = true\nmomentum = 0.7\nepsilon = 0.1", norm,
              [f.normal(9, 6)], lambda x: norm(x, training=True))
    add_layer(f, "dropout/inference", "dropout = 0.3", layers.Dropout(0.3), [f.normal(5, 7)])
    for name, layer in [("concat", layers.Concatenate()), ("add", layers.Add()), ("multiply", layers.Multiply())]:
        add_layer(f, f"{name}/three", f"{name} = true", layer, [f.normal(5, 9) for _ in range(3)])
    add_layer(f, "concat/different_widths", "concat = true", layers.Concatenate(), [f.normal(5, n) for n in (1, 8, 17)])
    for itself in (False, True):
        for count, width in [(2, 1), (5, 9)]:
            add_layer(f, f"dot_interaction/{count}_{width}{'_itself' if itself else ''}",
                      f"dot_interaction = true\nself_interaction = {str(itself).lower()}",
                      tfrs.layers.feature_interaction.DotInteraction(self_interaction=itself),
                      [f.normal(4, width) for _ in range(count)])
    for scale in (1, 1e-7):  # the second lies below the epsilon
        add_layer(f, f"l2_normalize/{scale}", "l2_normalize = true", lambda x: tf.math.l2_normalize(x, axis=1),
                  [f.normal(5, 9, scale=scale)])
    f.write()


def cross(fixture, width, **settings):
    layer = tfrs.layers.dcn.Cross(**settings)
    return layer, [fixture.normal(7, width), fixture.normal(7, width)], lambda x0, x: layer(x0, x)


def add_pooled(fixture, case, pooling, bags, pool):
    """`pool` gives the rows of `bags` from a table."""
    table = tf.Variable(fixture.normal(12, 9))
    tape = tf.GradientTape(persistent=True)
    with tape:
        y = pool(table)
    dy, (dtable,) = gradients(fixture, y, tape, [table])
    fixture.add(case, f'pooling = "{pooling}"', ids=np.array(sum(bags, []), np.int32),
                offsets=np.cumsum([0] + [len(bag) for bag in bags], dtype=np.int32), table=table.numpy(), output=y.numpy(),
                doutput=dy, dtable=dtable)


def write_embeddings():
    f = Fixture("embeddings")
    one = [[3], [0], [3], [11], [1]]
    add_pooled(f, "one_id", "mean", one, lambda table: tf.gather(table, sum(one, [])))
    bags = [[1], [2, 3], [4, 4, 4], [1, 2, 3, 4, 5, 6, 7, 1], [9, 2, 9]]
    add_pooled(f, "masked_average", "mean", bags, lambda table: masked_average(table, bags))
    bags += [[], [0, 11], []]  # empty ones are zeros here, where the masked average gives NaN
    for combiner in ("mean", "sum", "sqrtn"):
        add_pooled(f, combiner, combiner, bags, lambda table: tf.nn.safe_embedding_lookup_sparse(
            table, tf.RaggedTensor.from_row_lengths(tf.constant(sum(bags, []), tf.int64), [len(b) for b in bags]).to_sparse(),
            combiner=combiner))
    f.write()


def masked_average(table, bags):
    """As GlobalAveragePooling1D of an Embedding(mask_zero=True) does it."""
    ids = tf.ragged.constant(bags).to_tensor(0)
    return layers.GlobalAveragePooling1D()(tf.gather(table, ids), mask=ids != 0)


def write_regularizers():
    f = Fixture("regularizers")
    for name, regularizer, settings in [("l1", keras.regularizers.L1(0.01), "l1 = 0.01"),
                                        ("l2", keras.regularizers.get("l2"), "l2 = 0.01"),
                                        ("both", keras.regularizers.L1L2(0.02, 0.3), "l1 = 0.02\nl2 = 0.3")]:
        w = tf.Variable(np.concatenate([f.normal(9, 7), np.zeros((1, 7), np.float32)]))
        with tf.GradientTape() as tape:
            penalty = regularizer(w)
        f.add(name, settings, w=w.numpy(), penalty=penalty.numpy().reshape(1), dw=tape.gradient(penalty, w).numpy())
    f.write()


def write_initializers():
    shape, draws = (200, 100), 50
    moments = {}
    for ours, theirs in INITIALIZERS.items():
        keras.utils.set_random_seed(7)
        w = np.stack([keras.initializers.get(theirs)(shape).numpy() for _ in range(draws)]).astype(np.float64)
        deviation = float(np.sqrt(np.mean((w - w.mean()) ** 2)))
        moments[ours] = {"mean": float(w.mean()), "deviation": deviation, "largest": float(np.abs(w).max()),
                         "kurtosis": float(np.mean((w - w.mean()) ** 4) / deviation**4) if deviation > 0 else 0.0}
    text = json.dumps({"fan_in": shape[0], "fan_out": shape[1], "draws": draws, "moments": moments}, indent=1)
    (FOLDER / "initializers.json").write_text(text + "\n")


write_layers()
write_embeddings()
write_regularizers()
write_initializers()
