#include "shortlist/config/layer_chain.h"

#include <algorithm>

namespace shortlist {

int LayerChain::add(const std::string& name, LayerPtr layer, std::vector<int> inputs, int feature) {
  const int node = spec_.add({prefix_ + "/" + name, std::move(layer), std::move(inputs), row_set_, feature});
  named_.emplace_back(name, node);
  return node;
}

int LayerChain::add_layers(const std::vector<Value>& layers, int last, const Where& where,
                           const BlockFeatures& features) {
  std::vector<std::string> taken;
  for (const auto& [name, node] : named_) taken.push_back(name);
  const std::vector<Block> blocks = read_blocks(layers, where, features);
  const std::vector<std::string> names = layer_names(blocks, std::move(taken));
  auto name = names.begin();
  so_far_ = {last};
  for (const Block& block : blocks) {
    try {
      for (int i = 0; i < block.repeat; ++i) {
        last = add_layer(block, *name++, i == 0, last);
        so_far_.push_back(last);
      }
    } catch (const Error& error) {
      if (std::string_view(error.what()).starts_with(file_) && !file_.empty()) throw;
      throw block.where.error(block.written, error.what());
    }
  }
  return last;
}

int LayerChain::add_layer(const Block& block, const std::string& name, bool first, int last) {
  const bool repeats = block.layer->traits().repeats_first_input;
  if (!repeats) first_input_ = -1;
  std::vector<int> inputs = {last};
  if (block.inputs && first) inputs = find_inputs(block);
  if (!block.back.empty()) {
    inputs.clear();
    for (int back : block.back) inputs.push_back(so_far_.at(so_far_.size() - static_cast<size_t>(back)));
  }
  if (repeats && inputs.size() == 1) {
    if (first_input_ < 0) first_input_ = inputs[0];
    if (first_input_ != inputs[0]) inputs = {first_input_, inputs[0]};
  }
  return add(name, block.layer, inputs);
}

std::vector<int> LayerChain::find_inputs(const Block& block) const {
  std::vector<std::string> known;
  for (const auto& [name, node] : named_) known.push_back(name);
  std::vector<int> inputs;
  for (const std::string& name : *block.inputs) {
    const auto found = std::ranges::find(known, name);
    if (found == known.end()) {
      // Its name in configs of 0.1.0.
      const bool is_item = name == "candidate" && row_set_ == kPairRows;
      const std::string near = is_item ? "item" : nearest(name, known);
      throw block.where.below("inputs").error(
          block.written, fmt::format("no input or earlier layer is named '{}'{}", name,
                                     near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
    }
    inputs.push_back(named_[static_cast<size_t>(found - known.begin())].second);
  }
  return inputs;
}

}  // namespace shortlist
