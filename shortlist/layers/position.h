// Adds a learned vector per position in the segment: y[r] = x[r] + position[p], where p counts the rows
// between r and the end (or start) of its segment. x and y [N,D], position[length,D]. Segments must have at
// most `length` rows.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

enum class PositionFrom { end, start };
template <>
struct EnumNames<PositionFrom> {
  static constexpr std::pair<PositionFrom, std::string_view> names[] = {{PositionFrom::end, "end"},
                                                                        {PositionFrom::start, "start"}};
};

struct Position : LayerOf<Position> {
  static constexpr const char* kKind = "position";

  int position = 50;
  PositionFrom from = PositionFrom::start;
  Initializer initializer = Initializer::uniform;
  float l2 = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("position", position, "Number of positions: the maximum length of a history",
          Range::between(1, kMostWidth));
    visit("from", from,
          "start: the oldest event of the history has position 0; end: the most recent has, which prevents "
          "queries from sharing the computation of a history");
    visit("initializer", initializer, "Initializer of the table");
    visit("l2", l2, "Adds l2 sum P^2 to the loss", Range::at_least(0));
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  size_t gradient_tasks(const Pass& pass) const override;
  void write_gradients(const Pass& pass, size_t task, Scratch& scratch) const override;
  LayerTraits traits() const override {
    return {.along_segments = true, .looks_ahead = from == PositionFrom::end, .keeps_output = false};
  }

 private:
  // The row at position p of a segment that has more than p rows, and vice versa.
  size_t mirrored(RowRange segment, size_t place) const {
    return from == PositionFrom::end ? segment.size() - 1 - place : place;
  }
};

}  // namespace shortlist
