#include "shortlist/jobs/list_variety.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace shortlist {
namespace {

constexpr size_t kMostListsCompared = 2'000;

// The numbers of an attribute's values for each item, ascending.
std::vector<std::vector<uint32_t>> value_numbers(const Attribute& attribute) {
  std::unordered_map<std::string, uint32_t> numbers;
  std::vector<std::vector<uint32_t>> of_item(attribute.values.size());
  const auto add = [&](const std::string& text, std::vector<uint32_t>& to) {
    to.push_back(numbers.emplace(text, static_cast<uint32_t>(numbers.size())).first->second);
  };
  for (size_t item = 0; item < of_item.size(); ++item) {
    const AttributeValue& value = attribute.values[item];
    if (const auto* text = std::get_if<std::string>(&value)) add(*text, of_item[item]);
    if (const auto* list = std::get_if<std::vector<std::string>>(&value))
      for (const std::string& element : *list) add(element, of_item[item]);
    std::ranges::sort(of_item[item]);
    const auto repeated = std::ranges::unique(of_item[item]);
    of_item[item].erase(repeated.begin(), repeated.end());
  }
  return of_item;
}

size_t count_common(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b) {
  size_t common = 0;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    if (*x == *y)
      ++common, ++x, ++y;
    else if (*x < *y)
      ++x;
    else
      ++y;
  }
  return common;
}

// The most popular items for each query, without those that its user has seen.
ItemLists popular_lists(const Dataset& data, std::span<const uint32_t> queries, size_t depth, bool drop_seen,
                        const CandidateWeights& train) {
  std::vector<uint32_t> order(train.overall.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater(), [&](uint32_t item) { return train.overall[item]; });
  ItemLists lists;
  std::vector<uint32_t> list;
  for (uint32_t query : queries) {
    const std::span<const uint32_t> seen =
        drop_seen ? data.seen.of(data.user_of_query[query]) : std::span<const uint32_t>();
    list.clear();
    for (size_t i = 0; i < order.size() && list.size() < depth; ++i)
      if (!std::ranges::binary_search(seen, order[i])) list.push_back(order[i]);
    lists.add(list);
  }
  return lists;
}

ItemLists some_lists(const ItemLists& all, size_t most) {
  if (all.size() <= most) return all;
  ItemLists some;
  for (size_t i = 0; i < most; ++i) some.add(all.first(i * all.size() / most, SIZE_MAX));
  return some;
}

class Variety {
 public:
  Variety(const Items& items, ConstMatrix vectors, const CandidateWeights& train, const std::vector<int>& ks)
      : distance_(items), vectors_(vectors), train_(train), ks_(ks) {}

  Metrics of(const ItemLists& lists) const {
    Metrics figures;
    const auto add = [&](const char* name, auto&& figure) {
      for (int k : ks_) figures.emplace_back(name + std::to_string(k), figure(static_cast<size_t>(k)));
    };
    const size_t items = train_.overall.size();
    add("coverage@", [&](size_t k) { return coverage(lists, k, items); });
    add("gini@", [&](size_t k) { return gini(lists, k, items); });
    add("novelty@", [&](size_t k) { return novelty(lists, k, train_.overall); });
    if (vectors_.rows >= items)
      add("diversity@", [&](size_t k) { return vector_diversity(lists, k, vectors_); });
    if (distance_.empty()) return figures;
    const ItemLists some = some_lists(lists, kMostListsCompared);
    add("attribute_diversity@", [&](size_t k) { return diversity(some, k, distance_); });
    return figures;
  }

 private:
  AttributeDistance distance_;
  ConstMatrix vectors_;
  const CandidateWeights& train_;
  const std::vector<int>& ks_;
};

}  // namespace

AttributeDistance::AttributeDistance(const Items& items) {
  for (const Attribute& attribute : items.attributes) {
    if (attribute.kind == AttributeKind::text || attribute.kind == AttributeKind::list)
      attributes_.push_back(value_numbers(attribute));
  }
}

double AttributeDistance::operator()(uint32_t a, uint32_t b) const {
  double sum = 0;
  size_t compared = 0;
  for (const auto& values : attributes_) {
    const size_t both = values[a].size() + values[b].size();
    if (both == 0) continue;
    const size_t common = count_common(values[a], values[b]);
    sum += 1 - static_cast<double>(common) / static_cast<double>(both - common);
    ++compared;
  }
  return compared > 0 ? sum / static_cast<double>(compared) : 1;
}

ListVariety list_variety(const ListModel& model, const ServedLists& served, bool drop_seen,
                         const CandidateWeights& train, const std::vector<int>& ks) {
  const auto depth = static_cast<size_t>(std::ranges::max(ks));
  const ConstMatrix vectors =
      model.towers != nullptr ? model.towers->item_vectors() : model.retriever.item_vectors();
  const Variety variety(model.data.items, vectors, train, ks);
  const bool drops = drop_seen && !model.data.user_of_query.empty();
  return {variety.of(served.lists),
          variety.of(popular_lists(model.data, served.queries, depth, drops, train))};
}

}  // namespace shortlist
