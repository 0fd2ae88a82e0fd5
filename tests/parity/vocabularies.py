#!/usr/bin/env python3
"""Writes fixtures/vocabularies.json: what Keras 2.15 makes of awkward strings and numbers, and, with the folder of the
anime tables, fixtures/anime_vocabularies.json: checksums of the vocabularies and ids of their columns.

    PYTHON tests/parity/vocabularies.py [FOLDER]

PYTHON is that of tests/parity/setup. shortlist/features/parity_test.cc reads the result id for id.
"""
import hashlib
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import pandas
import tensorflow as tf

layers = tf.keras.layers

TEXTS = [
    "Spider-Man", "spider man", "L.A. Confidential (1997)", "", "   ", "!!! ... ???", "It's 5 o'clock", "a  b\ta\nb",
    "ÀÉÎ Ünïcödé ÀÉÎ", "東京 — Tokyo", "«quoted» ’tis", "nbsp\u00a0joined", "[UNK]", "UNK unk", "zulu alpha zulu alpha",
    "mike mike mike", "under_score back\\slash `tick` ~tilde~", "x", "tab\tnew\nline\vvt\fff\rcr", "A-B-C a_b_c abc",
    "emoji 😀 smile", "İstanbul ISTANBUL", "ß SS", "\u2028line\u2028sep", "1,000 1000 1.000",
    *(f"left{mark}right {mark} {mark}{mark}" for mark in "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"), "\u212aelvin ǅungla ﬁ Σας",
    *(f"a{chr(code)}b{chr(code)}" for code in [1, 8, 11, 12, 13, 14, 27, 28, 29, 30, 31, 127, 0x85, 0xad, 0x3000, 0xfeff]),
    "～ 😀 \U0001f600～ z~", "tie1 tie2 tie3 ties é ê e\u0301", "CamelCase camelcase CAMELCASE", "  leading", "trailing  ",
    "a" * 300, "…ellipsis… “curly” — – ‐ · 、。", "x\u200by zero\u200dwidth",
]
UNSEEN_TEXTS = ["spiderman flies", "totally new words", "", "--", "ALPHA zulu!", "mike mike"]
CATEGORIES = ["b", "a", "B", "é", "z", "a", "", "a b", "z", "e", "aa", "ab", "b", "東", "10", "9",
              " a", "a ", "A", "[UNK]x", "～", "😀", "é", "e\u0301", "Z", "_", "~", "!", "\u00a0", "a\tb"]
UNSEEN_CATEGORIES = ["a", "unseen", "", "A", "another one", "東京", "9", "x" * 70, " ", "a  b", "É", "～～"]
LENGTHS = [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 100, 127, 128, 129, 200]
NUMBERS = [3.5, -2.0, 0.0, 10.25, 3.5, 1e6, -7.75]
EDGES = [-2.0, 0.0, 3.5, 100.0]


def ragged_ids(layer, texts):
    """Ids of each row without padding."""
    rows = layer(tf.constant(texts)).numpy()
    return [[int(i) for i in row if i != 0] for row in rows]


def text_case(**settings):
    keras = dict(settings)
    max_length = keras.pop("max_length", None)
    layer = layers.TextVectorization(output_sequence_length=max_length, **keras)
    layer.adapt(tf.data.Dataset.from_tensor_slices(TEXTS).batch(7))
    return {"settings": settings, "vocabulary": layer.get_vocabulary(), "ids": ragged_ids(layer, TEXTS),
            "unseen_ids": ragged_ids(layer, UNSEEN_TEXTS)}


def category_case(order, oov_buckets, max_tokens=None):
    settings = {"order": order, "oov_buckets": oov_buckets}
    if max_tokens is not None:
        settings["max_tokens"] = max_tokens
    vocabulary = [str(s) for s in np.unique(CATEGORIES)] if order == "bytes" else None
    layer = layers.StringLookup(num_oov_indices=oov_buckets, max_tokens=max_tokens, vocabulary=vocabulary)
    if vocabulary is None:
        layer.adapt(tf.constant(CATEGORIES))
    return {"settings": settings, "vocabulary": layer.get_vocabulary(),
            "ids": layer(tf.constant(CATEGORIES)).numpy().tolist(),
            "unseen_ids": layer(tf.constant(UNSEEN_CATEGORIES)).numpy().tolist()}


def hash_case(buckets, salt=None):
    strings = CATEGORIES + UNSEEN_CATEGORIES
    settings = {"buckets": buckets} if salt is None else {"buckets": buckets, "salt": salt}
    return {"settings": settings, "ids": layers.Hashing(buckets, salt=salt)(tf.constant(strings)).numpy().tolist()}


def crossed_case(buckets, *columns):
    """Columns of texts or of integers."""
    tensors = tuple(tf.constant(column, tf.int64 if isinstance(column[0], int) else tf.string) for column in columns)
    return {"settings": {"buckets": buckets}, "columns": columns,
            "ids": layers.HashedCrossing(buckets)(tensors).numpy().tolist()}


def crossed():
    integers = [0, 1, -1, 7, 2**40, -2**63, 2**63 - 1, 10, 9, 3, 12345, -42]
    texts, others = CATEGORIES[:12], UNSEEN_CATEGORIES[:12]
    texts = [text if not text.isdigit() else f"n{text}" for text in texts]  # those of integers are integers in Shortlist
    others = [text if not text.isdigit() else f"n{text}" for text in others]
    return [crossed_case(10, texts, others), crossed_case(1000, others, texts), crossed_case(10**6, texts, integers),
            crossed_case(977, integers, texts, others), crossed_case(5, integers, integers)]


def multiplexed_case(buckets, salt, hashes):
    """UnifiedEmbedding hashes chunk j of feature i with the salt [i, j]."""
    strings = CATEGORIES + UNSEEN_CATEGORIES
    ids = [layers.Hashing(buckets, salt=[salt, j])(tf.constant(strings)).numpy().tolist() for j in range(hashes)]
    return {"settings": {"buckets": buckets, "salt": salt, "hashes": hashes}, "ids": [list(row) for row in zip(*ids)]}


def byte_string(length):
    return bytes((7 * i + length) % 251 + 1 for i in range(length))


def fingerprints():
    strings = tf.constant([byte_string(n) for n in LENGTHS])
    fast = tf.strings.to_hash_bucket_fast(strings, 2**62 - 57).numpy()
    strong = tf.strings.to_hash_bucket_strong(strings, 2**62 - 57, [5, 5]).numpy()
    return {"modulo": 2**62 - 57, "key": 5, "lengths": LENGTHS, "fast": fast.tolist(), "strong": strong.tolist()}


def numbers():
    normalization = layers.Normalization(axis=None)
    normalization.adapt(tf.constant(NUMBERS))
    return {"values": NUMBERS, "edges": EDGES,
            "bins": layers.Discretization(bin_boundaries=EDGES)(tf.constant(NUMBERS)).numpy().tolist(),
            "mean": float(normalization.mean), "variance": float(normalization.variance),
            "normalized": normalization(tf.constant(NUMBERS)).numpy().ravel().tolist()}


def checksum(lines):
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def real_column(folder, file, column, kind, **settings):
    """A column's vocabulary, and the ids of its rows; missing values are left out."""
    table = pandas.read_csv(folder / file, sep="\t" if file.endswith(".dat") else ",", usecols=[column], dtype=str)
    values = tf.constant(table[column].dropna().tolist())
    if kind == "text":
        layer = layers.TextVectorization(max_tokens=settings.get("max_tokens"), ngrams=settings.get("ngrams"))
    else:
        by_bytes = settings["order"] == "bytes"
        layer = layers.StringLookup(vocabulary=np.unique(table[column].dropna()) if by_bytes else None)
    if kind == "text" or not by_bytes:
        layer.adapt(tf.data.Dataset.from_tensor_slices(values).batch(10_000))
    ids = [np.atleast_1d(row) for batch in tf.data.Dataset.from_tensor_slices(values).batch(10_000)
           for row in layer(batch).numpy()]
    vocabulary = layer.get_vocabulary()
    return {"file": file, "column": column, "kind": kind, "settings": settings, "rows": len(values),
            "tokens": len(vocabulary), "vocabulary_sha256": checksum(vocabulary),
            "ids_sha256": checksum(" ".join(str(i) for i in row if i != 0 or kind != "text") for row in ids)}


def real_columns(folder):
    columns = [("clean_data.csv", column) for column in ("name", "genre", "type", "Audience")]
    columns += [(file, column) for file in ("anime_info.dat", "anime.csv") for column in ("name", "genre", "type")]
    cases = []
    for file, column in columns:
        cases += [real_column(folder, file, column, "category", order=order) for order in ("bytes", "frequency")]
        cases += [real_column(folder, file, column, "text"),
                  real_column(folder, file, column, "text", ngrams=2, max_tokens=500)]
    return cases


def write(name, fixture):
    path = pathlib.Path(__file__).parent / "fixtures" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(fixture, ensure_ascii=False, separators=(",", ":")) + "\n")


def main():
    if len(sys.argv) > 1:
        write("anime_vocabularies.json", real_columns(pathlib.Path(sys.argv[1])))
    fixture = {
        "made_with": {"tensorflow": tf.__version__, "numpy": np.__version__},
        "texts": TEXTS, "unseen_texts": UNSEEN_TEXTS, "categories": CATEGORIES, "unseen_categories": UNSEEN_CATEGORIES,
        "text": [text_case(), text_case(max_tokens=12), text_case(ngrams=2), text_case(ngrams=3, max_tokens=40),
                 text_case(max_length=2), text_case(ngrams=2, max_length=3), text_case(standardize=None)],
        "category": [category_case("bytes", 1), category_case("bytes", 3), category_case("frequency", 1),
                     category_case("frequency", 2, 7)],
        "hashed": [hash_case(10), hash_case(1000), hash_case(10, 133), hash_case(1000, 7)],
        "crossed": crossed(), "multiplexed": [multiplexed_case(10, 0, 1), multiplexed_case(1000, 3, 4)],
        "fingerprints": fingerprints(),
        "number": numbers(),
    }
    write("vocabularies.json", fixture)


main()
