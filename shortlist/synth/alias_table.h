// Draws from a discrete distribution in constant time. Walker 1977, built as Vose 1991.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace shortlist {

class AliasTable {
 public:
  // Weights are not negative and their sum is positive.
  explicit AliasTable(std::span<const double> weights);

  // The index that `uniform` in [0, 1) draws.
  uint32_t draw(double uniform) const {
    const double scaled = uniform * static_cast<double>(cells_.size());
    const auto index = static_cast<uint32_t>(scaled);
    const Cell& cell = cells_[index];
    return scaled - index < cell.keep ? index : cell.other;
  }
  size_t size() const { return cells_.size(); }

 private:
  struct Cell {
    double keep = 1;     // the share of this cell that draws its own index
    uint32_t other = 0;  // what the rest of it draws
  };
  std::vector<Cell> cells_;
};

}  // namespace shortlist
