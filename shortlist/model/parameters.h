// The numbers of a model, by name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/model/spec.h"

namespace shortlist {

class Parameters {
 public:
  // One for each parameter of each node, in order; all zero.
  explicit Parameters(const ModelSpec& spec);

  size_t size() const { return states_.size(); }
  const std::string& name(size_t i) const { return names_[i]; }
  ParameterState& at(size_t i) { return *states_[i]; }
  const ParameterState& at(size_t i) const { return *states_[i]; }
  ParameterState* find(std::string_view name);
  // The parameters of one node.
  std::span<ParameterState* const> of(size_t node) const;

  // Numbers that are trained, and that are kept but not trained.
  size_t trainable_count() const;
  size_t kept_count() const;

  // Each by its initialiser, from a random stream of its own that the seed and its name give.
  void initialize(uint64_t seed);
  // Makes gradients for all that is trained; serving does without.
  void make_gradients();
  // Packs the panels of products after values changed; with `backward` also those that gradients need.
  void pack(ThreadPool& pool, bool backward, Precision precision = Precision::float32);

 private:
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<ParameterState>> states_;
  std::vector<Buffer> values_;
  std::vector<ParameterState*> pointers_;  // as states_, for of()
  std::vector<size_t> first_;              // of each node; one more at the end
};

}  // namespace shortlist
