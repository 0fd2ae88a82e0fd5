"""What a caller of the exported ONNX models does: from a table's text to their inputs, as inputs.json says."""

import json
import re
import string

import numpy as np


def fingerprint64(text):
    """FarmHash's Fingerprint64 of up to 16 bytes."""
    data, mask, k0, k2 = text.encode(), 2**64 - 1, 0xC3A5C85C97CB3127, 0x9AE16A3B2F90404F
    size = len(data)
    assert size <= 16
    mul = k2 + 2 * size & mask

    def fetch(begin, count):
        return int.from_bytes(data[begin:begin + count], "little")

    def turn(value, by):
        return (value >> by | value << (64 - by)) & mask

    def mix(u, v):
        a = (u ^ v) * mul & mask
        b = (v ^ a ^ a >> 47) * mul & mask
        return (b ^ b >> 47) * mul & mask

    if size >= 8:
        a, b = fetch(0, 8) + k2 & mask, fetch(size - 8, 8)
        return mix(turn(b, 37) * mul + a & mask, (turn(a, 25) + b) * mul & mask)
    if size >= 4:
        return mix(size + (fetch(0, 4) << 3), fetch(size - 4, 4))
    if size == 0:
        return k2
    y, z = data[0] + (data[size // 2] << 8), size + (data[-1] << 2)
    value = (y * k2 ^ z * k0) & mask
    return (value ^ value >> 47) * k2 & mask


def fingerprint_cat64(first, second):
    """TensorFlow's, of two fingerprints."""
    mask, mul = 2**64 - 1, 0xC6A4A7935BD1E995
    shift_mix = lambda v: v ^ v >> 47
    result = first ^ mul ^ shift_mix(second * mul & mask) * mul & mask
    return shift_mix(shift_mix(result * mul & mask) * mul & mask)


def tokens(text, ngrams):
    text = re.sub("[A-Z]", lambda c: c[0].lower(), text)
    words = text.translate(str.maketrans("", "", string.punctuation)).split()
    return [" ".join(words[i:i + n]) for n in range(1, ngrams + 1) for i in range(len(words) + 1 - n)]


def id_of(entry, value):
    if entry["kind"] == "hashed":
        return fingerprint64(value) % entry["settings"]["buckets"]
    if value in entry["tokens"]:
        return entry["first_id"] + entry["tokens"].index(value)
    return fingerprint64(value) % entry["settings"]["oov_buckets"]


def values_of(entry, text):
    """The values of a cell of a bag."""
    if text == "":
        return [] if entry["missing"] in ("", -1) else [entry["missing"]]
    if entry["kind"] == "text":
        return tokens(text, entry["settings"].get("ngrams", 1))
    values = [value.strip() for value in text.split(entry["settings"]["separator"])]
    return [id_of(entry, value) if "tokens" in entry else value for value in values if value]


def feed_bag(entry, texts):
    bags = [values_of(entry, text) for text in texts]
    longest = max(map(len, bags))
    padding = "" if entry["type"] == "string" else -1
    bags = [bag + [padding] * (longest - len(bag)) for bag in bags]
    return np.array(bags, dtype=object if entry["type"] == "string" else np.int64)


def feed_vector(entry, texts):
    width = entry["shape"][1]
    return np.array([json.loads(text) if text else [np.nan] * width for text in texts], np.float32)


def feed_number(entry, texts):
    if entry["kind"] == "time":
        return np.array([np.datetime64(text, "s").astype(np.int64) if text else np.nan
                         for text in texts], np.float64)
    return np.array([float(text or "nan") for text in texts], np.float64)


def feed_one(entry, texts):
    if entry["type"] == "string":
        return np.array([text or entry["missing"] for text in texts], dtype=object)
    return np.array([id_of(entry, text) if text else entry["missing"] for text in texts], np.int64)


def crossed_id(entry, values):
    """The id of the values of several columns."""
    if "" in values:
        return entry["missing"]
    fingerprint = 956888297470
    for value in values:
        integer = re.fullmatch("0|-?[1-9][0-9]*", value) and int(value)
        own = fingerprint64(value) if integer is None else integer % 2**64
        fingerprint = fingerprint_cat64(fingerprint, own)
    return fingerprint % entry["settings"]["buckets"]


def feed_crossed(entry, rows):
    columns = entry["settings"]["columns"]
    return np.array([crossed_id(entry, [str(row[column]) for column in columns]) for row in rows], np.int64)


def feed(inputs, rows):
    """The inputs of a tower for rows of a CSV, in which "" is missing."""
    fed = {}
    for entry in inputs:
        if entry["kind"] == "crossed":
            fed[entry["name"]] = feed_crossed(entry, rows)
            continue
        texts = [str(row[entry["column"]]) for row in rows]
        kind = entry["kind"]
        make = (feed_vector if kind == "vector" else feed_number if kind in ("number", "time")
                else feed_bag if len(entry["shape"]) == 2 else feed_one)
        fed[entry["name"]] = make(entry, texts)
    return fed
