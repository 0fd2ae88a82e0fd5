#include "shortlist/interop/tensorflow/keras_slot_order.h"

#include <algorithm>
#include <array>

namespace shortlist {
namespace {

using Shapes = std::vector<std::vector<int64_t>>;

class SlotOrder {
 public:
  SlotOrder(const ModelSpec& spec, const Parameters& parameters, const Shapes& shapes)
      : parameters_(parameters), shapes_(shapes) {
    for (size_t i = 0; i < spec.nodes.size(); ++i) {
      const Node& node = spec.nodes[i];
      Part& part = parts_[static_cast<size_t>(node.row_set)];
      for (size_t parameter : parameters.numbers_of(i)) {
        if (!parameters.at(parameter).spec.trainable) continue;
        (node.inputs.empty() ? part.embeddings : part.others).push_back(parameter);
        ++count_;
      }
    }
  }

  std::optional<std::vector<size_t>> find() {
    if (shapes_.size() != count_) return std::nullopt;
    std::array<size_t, 3> order = {0, 1, 2};
    do {
      found_.clear();
      const bool fits = std::ranges::all_of(order, [&](size_t part) { return take(parts_[part]); });
      if (fits) return found_;
    } while (std::next_permutation(order.begin(), order.end()));
    return std::nullopt;
  }

 private:
  struct Part {
    std::vector<size_t> embeddings, others;
  };

  // Whether the next slot has the parameter's shape.
  bool is_next(size_t parameter) const {
    const std::vector<int64_t>& shape = shapes_[found_.size()];
    const ParameterSpec& spec = parameters_.at(parameter).spec;
    const auto rows = static_cast<int64_t>(spec.rows), cols = static_cast<int64_t>(spec.cols);
    return shape == std::vector<int64_t>{rows, cols} || (rows == 1 && shape == std::vector<int64_t>{cols});
  }

  bool take(const Part& part) {
    for (std::vector<size_t> left = part.embeddings; !left.empty();) {
      const auto next = std::ranges::find_if(left, [&](size_t p) { return is_next(p); });
      if (next == left.end()) return false;
      found_.push_back(*next);
      left.erase(next);
    }
    return std::ranges::all_of(part.others, [&](size_t p) {
      const bool fits = is_next(p);
      if (fits) found_.push_back(p);
      return fits;
    });
  }

  const Parameters& parameters_;
  const Shapes& shapes_;
  std::array<Part, 3> parts_;  // for queries, candidates and pairs
  size_t count_ = 0;
  std::vector<size_t> found_;
};

}  // namespace

std::optional<std::vector<size_t>> find_slot_order(const ModelSpec& spec, const Parameters& parameters,
                                                   const Shapes& shapes) {
  return SlotOrder(spec, parameters, shapes).find();
}

}  // namespace shortlist
