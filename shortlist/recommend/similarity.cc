#include "shortlist/recommend/similarity.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "shortlist/math/elementwise.h"
#include "shortlist/model/items.h"

namespace shortlist {
namespace {

// The distinct values of one item's attribute, in ascending order.
using Values = std::vector<std::string_view>;

void read_list(const AttributeValue& value, Values& values) {
  values.clear();
  if (const auto* list = std::get_if<std::vector<std::string>>(&value))
    values.assign(list->begin(), list->end());
  std::ranges::sort(values);
  const auto [end, last] = std::ranges::unique(values);
  values.erase(end, last);
}

// Number of items, or users, between two deadline checks.
constexpr size_t kStride = 1'024;

// The number of an item's values, and how many of them another item shares.
struct Shared {
  size_t own = 0, both = 0;
};

// Compares lists by element and other kinds as a whole.
class SharedValues {
 public:
  SharedValues(const Attribute& attribute, uint32_t item)
      : attribute_(attribute), own_(attribute.values[item]) {
    read_list(own_, own_list_);
  }
  size_t own() const { return is_list() ? own_list_.size() : !is_missing(own_); }
  Shared with(size_t item) {
    const AttributeValue& value = attribute_.values[item];
    if (!is_list()) return {!is_missing(value), !is_missing(value) && value == own_};
    read_list(value, list_);
    const auto in_both = [&](std::string_view one) { return std::ranges::binary_search(own_list_, one); };
    return {list_.size(), static_cast<size_t>(std::ranges::count_if(list_, in_both))};
  }

 private:
  bool is_list() const { return attribute_.kind == AttributeKind::list; }

  const Attribute& attribute_;
  const AttributeValue& own_;
  Values own_list_, list_;
};

double cosine(double dot, double square_a, double square_b) {
  return square_a > 0 && square_b > 0 ? dot / std::sqrt(square_a * square_b) : 0;
}

}  // namespace

std::vector<double> jaccard_similarities(const Items& items, uint32_t item, const Deadline& deadline) {
  if (items.attributes.empty()) {
    throw usage_error(
        "similar by jaccard compares attributes, but the bundle has none: set [items] attributes = [...] in "
        "the config");
  }
  std::vector<SharedValues> attributes;
  size_t own = 0;
  for (const Attribute& attribute : items.attributes) own += attributes.emplace_back(attribute, item).own();
  std::vector<double> similarities;
  for (size_t i = 0; i < items.ids.size(); ++i) {
    if (i % kStride == 0) deadline.check();
    size_t both = 0, other = 0;
    for (SharedValues& attribute : attributes) {
      const Shared shared = attribute.with(i);
      both += shared.both, other += shared.own;
    }
    const size_t either = own + other - both;
    similarities.push_back(either > 0 ? static_cast<double>(both) / static_cast<double>(either) : 0);
  }
  return similarities;
}

std::vector<double> rating_similarities(const UserRatings& ratings, size_t item_count, uint32_t item,
                                        const Deadline& deadline) {
  if (ratings.centred.empty()) {
    throw usage_error(
        "similar by cosine compares users' ratings, but the bundle has none: set [data] user = \"...\" in "
        "the config to the user's column, and train on a table with it");
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
      if (counts[other] == 0) continue;  // rated more than once and already added
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
