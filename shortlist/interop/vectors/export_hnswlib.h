// Exports an approximate index of the catalogue in hnswlib's format.
#pragma once

#include <string>

#include "shortlist/index/hnsw.h"
#include "shortlist/interop/vectors/export_vectors.h"

namespace shortlist {

// Writes items.hnsw, for hnswlib.Index(space="ip").load_index, and ids.json. Nodes and labels are item
// positions.
// https://github.com/nmslib/hnswlib/blob/v0.8.0/hnswlib/hnswalg.h, saveIndex
void export_hnswlib(const std::string& folder, const ItemVectors& from, const Hnsw& index);

}  // namespace shortlist
