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
  // One for each parameter of each node, in order, and one for each table that nodes share, where the first
  // of them is; all zero. Throws a usage Error that names two nodes that share a table but plan it
  // differently.
  explicit Parameters(const ModelSpec& spec);

  size_t size() const { return states_.size(); }
  const std::string& name(size_t i) const { return names_[i]; }
  ParameterState& at(size_t i) { return *states_[i]; }
  const ParameterState& at(size_t i) const { return *states_[i]; }
  ParameterState* find(std::string_view name);
  // The parameters of one node, and their numbers.
  std::span<ParameterState* const> of(size_t node) const;
  std::span<const size_t> numbers_of(size_t node) const;

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
  void add(const std::string& node, ParameterSpec parameter);

  std::vector<std::string> names_;
  std::vector<std::unique_ptr<ParameterState>> states_;
  std::vector<Buffer> values_;
  std::vector<std::string> first_user_;  // of each parameter: the node that added it
  // Node after node, and where each node's begin; one more at the end.
  std::vector<ParameterState*> pointers_;
  std::vector<size_t> numbers_, first_;
};

}  // namespace shortlist
