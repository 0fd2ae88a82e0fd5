// Draws from a discrete distribution in constant time. Walker 1977, built by Vose's method (1991).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace shortlist {

class AliasTable {
 public:
  // Weights must not be negative, and their sum must be positive.
  explicit AliasTable(std::span<const double> weights);

  // The index for `uniform` in [0, 1).
  uint32_t draw(double uniform) const {
    const double scaled = uniform * static_cast<double>(cells_.size());
    const auto index = static_cast<uint32_t>(scaled);
    const Cell& cell = cells_[index];
    return scaled - index < cell.keep ? index : cell.other;
  }
  size_t size() const { return cells_.size(); }

 private:
  struct Cell {
    double keep = 1;     // probability that this cell draws its own index
    uint32_t other = 0;  // drawn otherwise
  };
  std::vector<Cell> cells_;
};

}  // namespace shortlist
