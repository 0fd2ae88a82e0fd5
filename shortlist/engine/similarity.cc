#include "shortlist/engine/similarity.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>

#include "shortlist/engine/condition.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

std::set<std::pair<size_t, std::string_view>> values_of(const Items& items, size_t item) {
  std::set<std::pair<size_t, std::string_view>> values;
  for (size_t a = 0; a < items.attributes.size(); ++a) {
    for (std::string_view value : attribute_values(items.attributes[a][item])) values.emplace(a, value);
  }
  return values;
}

// Items, or users, between two looks at the deadline.
constexpr size_t kStride = 1'024;

double cosine(double dot, double square_a, double square_b) {
  return square_a > 0 && square_b > 0 ? dot / std::sqrt(square_a * square_b) : 0;
}

}  // namespace

std::vector<double> jaccard_similarities(const Items& items, uint32_t item, const Deadline& deadline) {
  if (items.attributes.empty()) {
    throw usage_error(
        "similar by jaccard compares attributes, but the bundle keeps none: name them in the config, "
        "[candidate] attributes = [...]");
  }
  const auto own = values_of(items, item);
  std::vector<double> similarities;
  for (size_t i = 0; i < items.ids.size(); ++i) {
    if (i % kStride == 0) deadline.check();
    const auto other = values_of(items, i);
    const auto both = std::ranges::count_if(own, [&](const auto& value) { return other.contains(value); });
    const double either = static_cast<double>(own.size() + other.size()) - static_cast<double>(both);
    similarities.push_back(either > 0 ? static_cast<double>(both) / either : 0);
  }
  return similarities;
}

std::vector<double> rating_similarities(const UserRatings& ratings, size_t item_count, uint32_t item,
                                        const Deadline& deadline) {
  if (ratings.offsets.empty()) {
    throw usage_error(
        "similar by cosine compares users' ratings, but the bundle keeps none: name the user's column in the "
        "config, [data] user = \"...\", and train on a table that has it");
  }
  std::vector<double> dots(item_count), squares(item_count), sums(item_count);
  std::vector<uint32_t> counts(item_count);
  for (size_t u = 0; u + 1 < ratings.offsets.size(); ++u) {
    if (u % kStride == 0) deadline.check();
    const auto begin = static_cast<size_t>(ratings.offsets[u]),
               end = static_cast<size_t>(ratings.offsets[u + 1]);
    for (size_t i = begin; i < end; ++i) {
      sums[static_cast<size_t>(ratings.items[i])] += ratings.centred[i];
      ++counts[static_cast<size_t>(ratings.items[i])];
    }
    const double own = counts[item] > 0 ? sums[item] / counts[item] : 0;
    for (size_t i = begin; i < end; ++i) {
      const auto other = static_cast<size_t>(ratings.items[i]);
      if (counts[other] == 0) continue;  // rated more than once, and added already
      const double rating = sums[other] / counts[other];
      dots[other] += own * rating;
      squares[other] += rating * rating;
      sums[other] = counts[other] = 0;
    }
  }
  std::vector<double> similarities;
  for (size_t i = 0; i < item_count; ++i) similarities.push_back(cosine(dots[i], squares[i], squares[item]));
  return similarities;
}

std::vector<SimilarItem> most_similar(const std::vector<double>& similarities, uint32_t item, int k) {
  std::vector<uint32_t> order(similarities.size());
  std::iota(order.begin(), order.end(), 0);
  std::erase(order, item);
  const size_t count = std::min(order.size(), static_cast<size_t>(k));
  const auto better = [&](uint32_t a, uint32_t b) {
    return similarities[a] > similarities[b] || (similarities[a] == similarities[b] && a < b);
  };
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(), better);
  std::vector<SimilarItem> result;
  for (size_t i = 0; i < count; ++i) result.push_back({order[i], similarities[order[i]]});
  return result;
}

}  // namespace shortlist
