"""The reference notebook's table as arrays of ids, for the peers.

Columns: name, genre, type, Feedback, Audience. Text becomes lower-case words without punctuation; id 0 pads a
bag, 1 is unknown, as in Keras's TextVectorization.
"""

import csv
import re
from dataclasses import dataclass

import numpy as np

BAG = 14  # words of a text, at most
TRAIN, VALIDATION, BATCH = 240_000, 55_000, 2_000
WORDS = 10_000  # rows of a text's table


@dataclass
class Table:
    query: np.ndarray  # [queries, 2 + BAG]: type, Audience, words of genre
    item: np.ndarray  # [items, 1 + BAG]: name, words of name
    query_of_row: np.ndarray
    item_of_row: np.ndarray
    label: np.ndarray
    types: int
    audiences: int


def words(text):
    return re.sub(r"[!-/:-@\[-`{-~]", "", text.lower()).split()[:BAG]


def number(values):
    """Ids in order of first appearance, and the distinct values."""
    place = {}
    ids = np.array([place.setdefault(value, len(place)) for value in values], np.int32)
    return ids, list(place)


def bags(texts):
    vocabulary = {}
    rows = np.zeros((len(texts), BAG), np.int32)
    for row, text in zip(rows, texts):
        for place, word in enumerate(words(text)):
            row[place] = vocabulary.setdefault(word, len(vocabulary) + 2)
    return rows


def load(path, seed=42):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    order = np.random.RandomState(seed).permutation(len(rows))
    query_of_row, queries = number([(r["genre"], r["type"], r["Audience"]) for r in rows])
    item_of_row, items = number([r["name"] for r in rows])
    types, type_names = number([q[1] for q in queries])
    audiences, audience_names = number([q[2] for q in queries])
    label = np.array([float(r["Feedback"]) for r in rows], np.float32)
    return Table(
        query=np.column_stack([types + 1, audiences + 1, bags([q[0] for q in queries])]).astype(np.int32),
        item=np.column_stack([np.arange(len(items)) + 1, bags(items)]).astype(np.int32),
        query_of_row=query_of_row[order],
        item_of_row=item_of_row[order],
        label=label[order],
        types=len(type_names) + 1,
        audiences=len(audience_names) + 1,
    )


def steps_of(table):
    """Row ranges of an epoch's batches."""
    return [slice(start, start + BATCH) for start in range(0, TRAIN, BATCH)]
