// For tests: surroundings of layers that run along segments.
#pragma once

#include "shortlist/testing/gradient_check.h"

namespace shortlist {

inline LayerPlace along(const std::vector<uint32_t>& lengths, std::vector<int> widths) {
  LayerPlace place{.widths = std::move(widths), .segments = {0}};
  for (uint32_t length : lengths) place.segments.push_back(place.segments.back() + length);
  place.rows = place.segments.back();
  return place;
}

inline std::vector<uint32_t> random_lengths(uint64_t count, uint64_t most, uint64_t seed = 1) {
  std::vector<uint32_t> lengths;
  for (uint64_t s = 0; s < count; ++s)
    lengths.push_back(static_cast<uint32_t>(RandomStream(seed, "lengths").below(s, most + 1)));
  return lengths;
}

// Segments of 0, 1 and more rows.
inline void expect_gradients_match_along(const Layer& layer, const std::vector<int>& widths) {
  uint64_t seed = 0;
  for (const std::vector<uint32_t>& lengths :
       {std::vector<uint32_t>{}, {0, 0}, {1}, {0, 3, 1, 0, 5, 2, 0}, {7, 1, 4}}) {
    SCOPED_TRACE(fmt::format("{} segments", lengths.size()));
    expect_gradients_match(layer, along(lengths, widths), ++seed);
  }
}

// Whether each segment has the same bits as when it is alone in the batch, in both directions.
inline void expect_segments_are_apart(const Layer& layer, const std::vector<uint32_t>& lengths,
                                      const std::vector<int>& widths) {
  const LayerPlace all = along(lengths, widths);
  LayerRun together(layer, all);
  together.doutput.set(RandomStream(5, "doutput"));
  const Rows dy = together.doutput.rows();
  together.forward(), together.backward();
  for (size_t s = 0; s < lengths.size(); ++s) {
    SCOPED_TRACE(fmt::format("segment {}", s));
    const size_t begin = all.segments[s], end = all.segments[s + 1];
    const auto own = [&](const Rows& rows) {
      return Rows(rows.begin() + static_cast<long>(begin), rows.begin() + static_cast<long>(end));
    };
    LayerRun alone(layer, along({lengths[s]}, widths));
    for (size_t i = 0; i < alone.inputs.size(); ++i) alone.inputs[i].set(own(together.inputs[i].rows()));
    alone.doutput.set(own(dy));
    alone.forward(), alone.backward();
    EXPECT_EQ(alone.output.rows(), own(together.output.rows()));
    for (size_t i = 0; i < alone.inputs.size(); ++i)
      EXPECT_EQ(alone.dinputs[i].rows(), own(together.dinputs[i].rows()));
  }
}

// Changing a row must not change earlier rows of its segment or other segments.
inline void expect_looks_only_back(const Layer& layer, const std::vector<int>& widths) {
  LayerRun run(layer, along({4, 1, 6}, widths));
  run.forward();
  const Rows before = run.output.rows();
  for (SpacedMatrix& input : run.inputs) {
    for (size_t c = 0; c < Matrix(input).cols; ++c) input(7, c) += 1;
  }
  run.forward();
  const Rows after = run.output.rows();
  for (size_t r = 0; r < 11; ++r) {
    if (r < 7) {
      EXPECT_EQ(after[r], before[r]) << "row " << r;
    } else if (r == 7) {
      EXPECT_NE(after[r], before[r]);
    }
  }
}

}  // namespace shortlist
