// Lists of layers in a config: query.layers, items.layers and the layers of a ranking.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/describe_fields.h"
#include "shortlist/layers/layer.h"

namespace shortlist {

// One layer of a list, as read. Each layer of an mlp is a block of its own: a concat if the mlp has several
// inputs, then its dense layers. Likewise the layers of a self_attention, with a concat if it has `inputs`.
struct Block {
  LayerPtr layer;
  std::string name;                                // "": named by its kind
  std::optional<std::vector<std::string>> inputs;  // names of its inputs; if not given, the layer before it
  std::vector<int> back = {};  // instead of `inputs`: how many layers before this one each input is
  int repeat = 1;
  Where where;  // for messages; has the line of `written`
  Value written;
};

// The name of each layer of the blocks, in order, with `repeat` layers per block: the block's own name for
// its last layer, otherwise the kind, with a number if the name is taken. `taken` has the names of earlier
// nodes. Throws a usage Error if a block's own name is taken.
std::vector<std::string> layer_names(const std::vector<Block>& blocks, std::vector<std::string> taken);

// The keys that every layer has in addition to its settings, and the keys of the composites.
std::vector<FieldDescription> document_block();
std::vector<FieldDescription> document_mlp();
std::vector<FieldDescription> document_self_attention();

// Reads a list of layers. Throws a usage Error for an unknown layer or setting and suggests the nearest known
// one.
std::vector<Block> read_blocks(const std::vector<Value>& layers, const Where& where);

}  // namespace shortlist
