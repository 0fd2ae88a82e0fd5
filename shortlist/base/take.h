// Elements of a vector by their positions.
#pragma once

#include <vector>

namespace shortlist {

// values[i] for each i of `positions`, in that order; nothing if `values` is empty.
template <typename T, typename Position>
std::vector<T> take(const std::vector<T>& values, const std::vector<Position>& positions) {
  std::vector<T> taken;
  if (values.empty()) return taken;
  taken.reserve(positions.size());
  for (const Position i : positions) taken.push_back(values[i]);
  return taken;
}

}  // namespace shortlist
