// The parameters of a model, by name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/model/spec.h"

namespace shortlist {

class Parameters {
 public:
  // Creates one zero parameter for each parameter of each node, in order. A table that nodes share is created
  // once, at the first of them. Throws a usage Error with the names of both nodes if two nodes share a table
  // but declare it differently.
  explicit Parameters(const ModelSpec& spec);

  // The parameters of one part of a batch: they share the values of `whole`, which must outlive them, and
  // have gradients of their own. Those of parameters that are not tables are adjacent: see dense_gradient().
  static Parameters of_part(const ModelSpec& spec, Parameters& whole);

  size_t size() const { return states_.size(); }
  const std::string& name(size_t i) const { return names_[i]; }
  ParameterState& at(size_t i) { return *states_[i]; }
  const ParameterState& at(size_t i) const { return *states_[i]; }
  ParameterState* find(std::string_view name);
  // The parameters of one node, and their indices.
  std::span<ParameterState* const> of(size_t node) const;
  std::span<const size_t> numbers_of(size_t node) const;

  // The number of trained values, and of values that are saved but not trained.
  size_t trainable_count() const;
  size_t kept_count() const;

  // Initialises each parameter from its own random stream, derived from the seed and its name.
  void initialize(uint64_t seed);
  // Allocates gradients for all trained parameters. Not needed for serving.
  void make_gradients();
  // Of a part: the gradients of all trained parameters that are not tables, in their order, after
  // add_halves() has added what the second halves of the rows contribute.
  std::span<float> dense_gradient() { return dense_.span(); }
  void add_halves();

  // Packs the panels of products after values have changed, with `backward` also those for gradients.
  void pack(ThreadPool& pool, bool backward, Precision precision = Precision::float32);

 private:
  Parameters(const ModelSpec& spec, Parameters* whole);
  void add(const std::string& node, ParameterSpec parameter, Parameters* whole);
  void place_gradients();

  std::vector<std::string> names_;
  std::vector<std::unique_ptr<ParameterState>> states_;
  std::vector<Buffer> values_;
  Buffer dense_, dense_second_;          // gradients of a part
  std::vector<std::string> first_user_;  // per parameter: the node that added it
  // Concatenated over the nodes, with the start of each node's range and the end.
  std::vector<ParameterState*> pointers_;
  std::vector<size_t> numbers_, first_;
};

}  // namespace shortlist
