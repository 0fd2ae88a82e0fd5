// The catalogue's vectors, for tools that search among them. The best item for a query is the one whose
// vector has the greatest inner product with the query's embedding, so every index is of inner products.
#pragma once

#include <string>

#include "shortlist/math/matrix.h"
#include "shortlist/model/items.h"

namespace shortlist {

struct ItemVectors {
  const Items& items;
  ConstMatrix vectors;  // row i is item i's
};

// Each file appears whole. Folders are made, and get ids.json, the items' ids as a list in the order of the
// vectors: what an index gives as n is the id at place n.

// items.npy: float32 [items, width].
void export_npy(const std::string& folder, const ItemVectors& from);

// items.faiss: an IndexFlatIP, as faiss::write_index writes it.
// https://github.com/facebookresearch/faiss/blob/v1.8.0/faiss/impl/index_write.cpp
void export_faiss(const std::string& folder, const ItemVectors& from);

// items.txt and items.bin: word2vec's text and binary format. A word is an item's id with _ for white space,
// which would end it; where that makes two equal, the later ones get _2, _3, ...
// https://code.google.com/archive/p/word2vec
void export_word2vec(const std::string& folder, const ItemVectors& from);

// One file: the id's column, the attributes (numbers and times as such, lists as text, null where missing),
// and "embedding", a list of floats. Throws a usage Error when an attribute has the name of one of the
// others.
void export_parquet(const std::string& path, const ItemVectors& from);

}  // namespace shortlist
