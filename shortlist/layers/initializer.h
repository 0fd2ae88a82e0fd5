// Initialisation and regularisation of parameters. Names and formulas are Keras's (keras/initializers,
// keras/regularizers).
#pragma once

#include <string>

#include "shortlist/base/fields.h"
#include "shortlist/base/random.h"
#include "shortlist/math/matrix.h"

namespace shortlist {

enum class Initializer {
  zeros,
  ones,
  uniform,           // U(-0.05, 0.05)
  normal,            // N(0, 0.05)
  truncated_normal,  // N(0, 0.05), redrawn outside two deviations
  glorot_uniform,    // U(-a, a), a = sqrt(6 / (fan_in + fan_out))
  glorot_normal,     // truncated, deviation sqrt(2 / (fan_in + fan_out))
  he_uniform,        // a = sqrt(6 / fan_in)
  he_normal,         // truncated, deviation sqrt(2 / fan_in)
  lecun_uniform,     // a = sqrt(3 / fan_in)
  lecun_normal,      // truncated, deviation sqrt(1 / fan_in)
  orthogonal,        // orthonormal rows, or columns if there are more rows: from normal numbers, by QR
};

template <>
struct EnumNames<Initializer> {
  static constexpr std::pair<Initializer, std::string_view> names[] = {
      {Initializer::zeros, "zeros"},
      {Initializer::ones, "ones"},
      {Initializer::uniform, "uniform"},
      {Initializer::normal, "normal"},
      {Initializer::truncated_normal, "truncated_normal"},
      {Initializer::glorot_uniform, "glorot_uniform"},
      {Initializer::glorot_normal, "glorot_normal"},
      {Initializer::he_uniform, "he_uniform"},
      {Initializer::he_normal, "he_normal"},
      {Initializer::lecun_uniform, "lecun_uniform"},
      {Initializer::lecun_normal, "lecun_normal"},
      {Initializer::orthogonal, "orthogonal"},
  };
};

// Fills w[fan_in, fan_out]. Element i depends only on the stream and i; all of w if it is orthogonal.
void initialize(Initializer initializer, const RandomStream& stream, Matrix w);

// l1 * sum|w| + l2 * sum w^2, added to the loss unscaled: not divided by the batch size. row_l2 is for
// tables: row_l2 * sum w^2 over the rows that a step looks up, each once.
struct Regularizer {
  float l1 = 0, l2 = 0, row_l2 = 0;
  bool any() const { return l1 != 0 || l2 != 0 || row_l2 != 0; }
  bool operator==(const Regularizer&) const = default;
};

// Returns the penalty of `w`, l1 and l2 alone, and adds its gradient to `dw`, which may be empty.
double regularize(const Regularizer& regularizer, std::span<const float> w, std::span<float> dw);

}  // namespace shortlist
