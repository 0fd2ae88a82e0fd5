#include "shortlist/init/kind_choice.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/count_text.h"
#include "shortlist/config/model_config.h"
#include "shortlist/learners/kinds.h"

namespace shortlist {
namespace {

constexpr uint64_t kMostItemsOfEase = 20'000;
constexpr size_t kMostNames = 3;

// A fit of n items has n³ operations and two matrices of floats: its own and that of the bundle, which
// answers the golden requests. For 20,000 items the inverse takes 50 s of a processor (benchmarks/item_kinds)
// and the fit 3.2 GB, and the bundle has 1.6 GB.
bool suits_ease(uint64_t items, size_t memory) {
  const auto n = static_cast<double>(items);
  return items <= kMostItemsOfEase && 2 * sizeof(float) * n * n <= static_cast<double>(memory);
}

KindChoice towers(const std::string& why) { return {kTwoTower, fmt::format("{}, since {}", kTwoTower, why)}; }

std::string some_names(const ModelGuess& guess, const std::vector<size_t>& columns) {
  std::vector<std::string> names;
  for (const size_t c : columns)
    if (names.size() < kMostNames) names.push_back(guess.columns[c].name);
  return fmt::format("{}{}", fmt::join(names, ", "), columns.size() > kMostNames ? ", ..." : "");
}

}  // namespace

KindChoice choose_kind(const ModelGuess& guess, size_t memory) {
  if (guess.is_catalogue) return towers("only the items' own columns can be learned from");
  std::vector<size_t> describing = guess.used_as(Use::describes);
  for (const size_t c : guess.used_as(Use::query))
    if (!guess.user || c != *guess.user) describing.push_back(c);
  if (!describing.empty())
    return towers(
        fmt::format("it also knows new users or items by their columns ({})", some_names(guess, describing)));
  if (!guess.user || guess.uses[*guess.user].use != Use::query)
    return towers("no column names the user whose items other kinds learn from");
  const uint64_t items = guess.columns[guess.item].summary.distinct;
  const bool are_few = suits_ease(items, memory);
  const std::string kind = are_few ? "ease" : "ials";
  if (find_model_kind(kind) == nullptr) return towers("it is the default");
  const std::string size = are_few ? "few enough for a weight of every pair of them"
                                   : "too many for a weight of every pair of them";
  return {kind, fmt::format("only users and items describe the rows, and {} items are {}, so {} may do "
                            "better than two towers: compare both with `shortlist compare`",
                            count_text(items), size, kind)};
}

}  // namespace shortlist
