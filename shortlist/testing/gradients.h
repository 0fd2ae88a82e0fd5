// For tests only: the gradients of a model's parameters as the optimizer sees them.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "shortlist/model/parameters.h"
#include "shortlist/testing/gradient_check.h"

namespace shortlist {

// Adds the second parts of gradients to the first.
inline void join_gradients(Parameters& parameters) {
  for (size_t i = 0; i < parameters.size(); ++i) join_gradient(parameters.at(i));
}

// Per trained parameter, as a whole matrix; rows of a table that were not touched are 0.
inline std::map<std::string, std::vector<float>> whole_gradients(const Parameters& parameters) {
  std::map<std::string, std::vector<float>> all;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ParameterState& p = parameters.at(i);
    if (!p.spec.trainable) continue;
    std::vector<float>& gradient = all[parameters.name(i)];
    gradient.resize(p.spec.rows * p.spec.cols);
    for (size_t r = 0; r < p.gradient.rows; ++r) {
      const size_t row = p.spec.table ? p.rows.touched[r] : r;
      copy(p.gradient.row_span(r), std::span(gradient).subspan(row * p.spec.cols, p.spec.cols));
    }
  }
  return all;
}

}  // namespace shortlist
