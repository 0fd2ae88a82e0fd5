// Exports the catalogue's vectors for search tools. The best item for a query is the one whose vector has the
// highest inner product with the query's embedding, so every index uses the inner product.
#pragma once

#include <string>

#include "shortlist/math/matrix.h"
#include "shortlist/model/items.h"

namespace shortlist {

struct ItemVectors {
  const Items& items;
  ConstMatrix vectors;  // row i is the vector of item i
};

// Each file is written atomically. Folders are created and also get ids.json, a list of the items' ids in the
// order of the vectors: result n of an index is the id at position n.

// Writes items.npy: float32 [items, width].
void export_npy(const std::string& folder, const ItemVectors& from);

// Writes items.faiss: an IndexFlatIP, in the format of faiss::write_index.
// https://github.com/facebookresearch/faiss/blob/v1.8.0/faiss/impl/index_write.cpp
void export_faiss(const std::string& folder, const ItemVectors& from);

// Writes items.txt and items.bin: word2vec's text and binary formats. A word is an item's id, with white
// space replaced by _ because it would end the word. Duplicates that this creates get the suffix _2, _3, ...
// https://code.google.com/archive/p/word2vec
void export_word2vec(const std::string& folder, const ItemVectors& from);

// Writes one file with the id column, the attributes (numbers and times as such, lists as text, null if
// missing), and "embedding", a list of floats. Throws a usage Error if an attribute has the name of one of
// the other columns.
void export_parquet(const std::string& path, const ItemVectors& from);

}  // namespace shortlist
