// Builds one chain of layers of a config: a tower, an expert or a ranking task.
#pragma once

#include <string>
#include <vector>

#include "shortlist/model/blocks.h"
#include "shortlist/model/spec.h"

namespace shortlist {

class LayerChain {
 public:
  // `prefix` begins the names of its nodes. `file` is the config's, for messages.
  LayerChain(ModelSpec& spec, std::string prefix, int row_set, std::string file)
      : spec_(spec), prefix_(std::move(prefix)), row_set_(row_set), file_(std::move(file)) {}

  int add(const std::string& name, LayerPtr layer, std::vector<int> inputs, int feature = -1);
  // A name by which layers can read an existing node.
  void name(const std::string& name, int node) { named_.emplace_back(name, node); }

  // Appends the layers of a list after `last` and returns the last node.
  int add_layers(const std::vector<Value>& layers, int last, const Where& where,
                 const BlockFeatures& features = {});

 private:
  int add_layer(const Block& block, const std::string& name, bool first, int last);
  std::vector<int> find_inputs(const Block& block) const;

  ModelSpec& spec_;
  std::string prefix_;
  int row_set_;
  std::string file_;
  std::vector<std::pair<std::string, int>> named_;
  std::vector<int> so_far_;  // the input of a list and its layers
  int first_input_ = -1;     // first input of consecutive layers that repeat it
};

}  // namespace shortlist
