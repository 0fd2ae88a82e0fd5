#include "shortlist/metrics/catalogue_metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

std::vector<uint64_t> counts_of(const ItemLists& lists, size_t k, size_t catalogue) {
  std::vector<uint64_t> counts(catalogue);
  for (size_t l = 0; l < lists.size(); ++l) {
    for (uint32_t item : lists.first(l, k)) {
      SHORTLIST_CHECK(item < catalogue);
      ++counts[item];
    }
  }
  return counts;
}

std::vector<double> lengths_of(ConstMatrix vectors) {
  std::vector<double> lengths(vectors.rows);
  for (size_t i = 0; i < vectors.rows; ++i) {
    for (size_t c = 0; c < vectors.cols; ++c) lengths[i] += double{vectors.row(i)[c]} * vectors.row(i)[c];
    lengths[i] = std::sqrt(lengths[i]);
  }
  return lengths;
}

}  // namespace

void ItemLists::add(std::span<const uint32_t> list) {
  items.insert(items.end(), list.begin(), list.end());
  offsets.push_back(items.size());
}

std::span<const uint32_t> ItemLists::first(size_t l, size_t k) const {
  return std::span(items).subspan(offsets[l], std::min(k, offsets[l + 1] - offsets[l]));
}

double coverage(const ItemLists& lists, size_t k, size_t catalogue) {
  const std::vector<uint64_t> counts = counts_of(lists, k, catalogue);
  const auto shown = std::ranges::count_if(counts, [](uint64_t count) { return count > 0; });
  return static_cast<double>(shown) / static_cast<double>(catalogue);
}

double gini(const ItemLists& lists, size_t k, size_t catalogue) {
  std::vector<uint64_t> counts = counts_of(lists, k, catalogue);
  std::ranges::sort(counts);
  double sum = 0, weighted = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    sum += static_cast<double>(counts[i]);
    weighted += (2 * static_cast<double>(i + 1) - static_cast<double>(catalogue) - 1) *
                static_cast<double>(counts[i]);
  }
  return sum > 0 ? weighted / (static_cast<double>(catalogue) * sum) : 0;
}

double novelty(const ItemLists& lists, size_t k, std::span<const double> weight) {
  const double all = std::accumulate(weight.begin(), weight.end(), 0.0);
  double bits = 0;
  size_t places = 0;
  for (size_t l = 0; l < lists.size(); ++l) {
    for (uint32_t item : lists.first(l, k)) {
      const double own = item < weight.size() && weight[item] > 0 ? weight[item] : 1;
      bits -= std::log2(own / all);
      ++places;
    }
  }
  return places > 0 ? bits / static_cast<double>(places) : 0;
}

double diversity(const ItemLists& lists, size_t k, FunctionRef<double(uint32_t a, uint32_t b)> distance) {
  double sum = 0;
  size_t counted = 0;
  for (size_t l = 0; l < lists.size(); ++l) {
    const std::span<const uint32_t> list = lists.first(l, k);
    if (list.size() < 2) continue;
    double of_list = 0;
    for (size_t a = 0; a < list.size(); ++a)
      for (size_t b = a + 1; b < list.size(); ++b) of_list += distance(list[a], list[b]);
    sum += of_list / (static_cast<double>(list.size()) * static_cast<double>(list.size() - 1) / 2);
    ++counted;
  }
  return counted > 0 ? sum / static_cast<double>(counted) : 0;
}

// The sum of the cosines of all pairs of n unit vectors is (|sum of the vectors|^2 - n) / 2.
double vector_diversity(const ItemLists& lists, size_t k, ConstMatrix vectors) {
  const std::vector<double> lengths = lengths_of(vectors);
  std::vector<double> total(vectors.cols);
  double sum = 0;
  size_t counted = 0;
  for (size_t l = 0; l < lists.size(); ++l) {
    const std::span<const uint32_t> list = lists.first(l, k);
    if (list.size() < 2) continue;
    std::ranges::fill(total, 0);
    double units = 0;
    for (uint32_t item : list) {
      if (!(lengths[item] > 0)) continue;
      ++units;
      for (size_t c = 0; c < vectors.cols; ++c) total[c] += vectors.row(item)[c] / lengths[item];
    }
    double square = 0;
    for (double x : total) square += x * x;
    const double pairs = static_cast<double>(list.size()) * static_cast<double>(list.size() - 1) / 2;
    sum += 1 - (square - units) / 2 / pairs;
    ++counted;
  }
  return counted > 0 ? sum / static_cast<double>(counted) : 0;
}

}  // namespace shortlist
