// The lists of layers that a config writes: query.layers, candidate.layers, ranking's layers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/layers/layer.h"

namespace shortlist {

// One layer of a list, as it was read. All layers of an mlp are blocks of their own: a concat where it has
// several inputs, then its dense layers.
struct Block {
  LayerPtr layer;
  std::string name;                                // "": by its kind
  std::optional<std::vector<std::string>> inputs;  // names of what it takes; else what stands before it
  int repeat = 1;
  Where where;  // for messages, with the line of `written`
  Value written;
};

// The name of each layer of the blocks, in order, `repeat` of each block: the block's own name for its last
// one, else the kind, numbered where it is taken. `taken` are names of what comes before. Throws a usage
// Error for a name that is taken.
std::vector<std::string> layer_names(const std::vector<Block>& blocks, std::vector<std::string> taken);

// The keys that every layer may have beside its own settings, and those of the composite mlp.
std::vector<FieldHelp> document_block();
std::vector<FieldHelp> document_mlp();

// Reads a list of layers. Throws a usage Error for an unknown layer or setting, with the nearest known one.
std::vector<Block> read_blocks(const std::vector<Value>& layers, const Where& where);

}  // namespace shortlist
