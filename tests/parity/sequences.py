#!/usr/bin/env python3
"""Writes fixtures/sequences.safetensors: what Keras 3's layers along sequences compute, forward and backward. Run with
a Python that has keras and jax. shortlist/layers/sequence_parity_test.cc reads the result. Each case has sequences of
the lengths in `lengths`, one after the other, without padding.
"""
import os

os.environ["KERAS_BACKEND"] = "jax"
import jax
import jax.numpy as jnp
import keras

from safetensors_file import Fixture, np


def run(fixture, case, settings, lengths, width, weights, call):
    """`call(weights, x)` gives y [1, length, units] of one sequence x [1, length, width]."""
    total = sum(lengths)
    x = fixture.normal(total, width)

    def together(weights, x):
        rows, begin = [], 0
        for length in lengths:
            if length > 0:
                rows.append(call(weights, x[None, begin:begin + length])[0])
            begin += length
        return jnp.concatenate(rows)

    y = together(weights, x)
    dy = fixture.normal(*y.shape)
    dweights, dx = jax.grad(lambda w, x: jnp.sum(dy * together(w, x)), argnums=(0, 1))(weights, x)
    tensors = {"lengths": np.array(lengths, np.int32), "input_0": x, "dinput_0": np.asarray(dx), "output": np.asarray(y),
               "doutput": dy}
    for i, (weight, gradient) in enumerate(zip(weights, dweights)):
        tensors |= {f"parameter_{i}": np.asarray(weight), f"dparameter_{i}": np.asarray(gradient)}
    fixture.add(case, settings, **tensors)


def of_layer(fixture, layer, shape):
    """Random weights for a layer, and a function of them."""
    layer.build(shape)
    weights = [jnp.asarray(fixture.normal(*v.shape, scale=0.5)) for v in layer.trainable_variables]
    fixed = [v.value for v in layer.non_trainable_variables]
    return weights, lambda weights, x: layer.stateless_call(weights, fixed, x)[0]


def write_sequences():
    f = Fixture("sequences")
    lengths = [5, 0, 1, 9, 2]
    for units, width in [(1, 1), (7, 5), (16, 33), (33, 8)]:
        layer = keras.layers.GRU(units, return_sequences=True)
        run(f, f"gru/{units}_{width}", f"gru = {units}", lengths, width, *of_layer(f, layer, (None, None, width)))
    for width in (2, 9, 33):
        layer = keras.layers.LayerNormalization()
        run(f, f"layer_norm/{width}", "layer_norm = true", lengths, width, *of_layer(f, layer, (None, None, width)))
    layer = keras.layers.LayerNormalization(epsilon=0.1)
    run(f, "layer_norm/epsilon", "layer_norm = true\nepsilon = 0.1", lengths, 6, *of_layer(f, layer, (None, None, 6)))
    for heads, width in [(1, 4), (2, 10), (3, 48)]:
        run(f, f"causal_attention/{heads}_{width}", f"causal_attention = {heads}", [5, 0, 1, 60, 2], 3 * width, [],
            lambda _, x, heads=heads: attention(x, heads))
    f.write()


def attention(x, heads):
    """MultiHeadAttention's core, with projections that copy."""
    width = x.shape[-1] // 3
    layer = keras.layers.MultiHeadAttention(heads, width // heads, use_bias=False)
    q, k, v = jnp.split(x, 3, axis=-1)
    layer.build(q.shape, v.shape, k.shape)
    copies = np.eye(width, dtype=np.float32)
    split = copies.reshape(width, heads, width // heads)
    values = [split, split, split, copies.reshape(heads, width // heads, width)]
    assert [v.shape for v in values] == [tuple(v.shape) for v in layer.trainable_variables]
    fixed = [v.value for v in layer.non_trainable_variables]
    return layer.stateless_call(values, fixed, q, v, k, use_causal_mask=True)[0]


write_sequences()
