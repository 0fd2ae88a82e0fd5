// Checks of repeated rows, and of rare users and items.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "shortlist/base/random.h"
#include "shortlist/features/history.h"
#include "shortlist/jobs/doctor_checks.h"
#include "shortlist/report/figure_text.h"

namespace shortlist {
namespace {

constexpr double kFew = 0.01;       // of the held-out rows: repeated pairs
constexpr double kSome = 0.05;      // of the held-out rows: identical rows, untrained items
constexpr double kManyRare = 0.25;  // of the users or items
constexpr double kMostly = 0.5;     // of the held-out rows: untrained items

template <typename Key>
size_t count_known(std::vector<Key> known, const std::vector<Key>& asked) {
  std::ranges::sort(known);
  return static_cast<size_t>(
      std::ranges::count_if(asked, [&](Key key) { return std::ranges::binary_search(known, key); }));
}

std::vector<uint64_t> pairs_of(const Examined& data, const std::vector<uint32_t>& rows) {
  std::vector<uint64_t> pairs;
  for (uint32_t row : rows)
    if (data.has_user(row)) pairs.push_back(uint64_t{data.user->codes[row]} << 32 | data.item.codes[row]);
  return pairs;
}

// The columns that the model sees of a row: those of the query, the item and the labels. A history differs
// for each user.
std::vector<const CodedColumn*> seen_columns(const Examined& data) {
  std::vector<const CodedColumn*> seen;
  for (const std::string& name : data.config.query.features) {
    const FeatureConfig& feature = data.config.feature(name);
    if (history_of(*feature.settings) != nullptr) {
      seen.push_back(data.user);
      continue;
    }
    for (const ColumnRequest& column : columns_of(feature)) seen.push_back(&data.columns.find(column.name));
  }
  seen.push_back(&data.item);
  for (const RankingConfig& ranking : data.config.ranking) seen.push_back(&data.columns.find(ranking.label));
  return seen;
}

std::vector<uint64_t> hashes_of(const std::vector<const CodedColumn*>& columns,
                                const std::vector<uint32_t>& rows) {
  std::vector<uint64_t> hashes;
  for (uint32_t row : rows) {
    uint64_t hash = 0;
    for (const CodedColumn* column : columns) hash = mix64(hash + column->codes[row] + 1);
    hashes.push_back(hash);
  }
  return hashes;
}

// How many distinct values of the column the rows of the split have, and how many of them in one row only.
struct Rare {
  size_t distinct = 0, once = 0;
  double share() const { return share_of(once, distinct); }
};
Rare count_rare(const Examined& data, const CodedColumn& column) {
  std::vector<uint32_t> rows_of(column.distinct());
  for (uint32_t row : data.split.rows("all"))
    if (!column.values.is_missing(column.codes[row])) ++rows_of[column.codes[row]];
  Rare rare;
  for (uint32_t rows : rows_of) {
    rare.distinct += rows > 0;
    rare.once += rows == 1;
  }
  return rare;
}

}  // namespace

std::string percent(double share) {
  return fmt::format("{:.{}f} %", 100 * share, share > 0 && share < 0.1 ? 1 : 0);
}
std::string count_of(size_t number) { return with_commas(std::to_string(number)); }
double share_of(size_t part, size_t all) {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

void check_repeated_pairs(const Examined& data, Findings& findings) {
  if (data.user == nullptr) return;
  const std::vector<uint64_t> held = pairs_of(data, data.held);
  const size_t repeated = count_known(pairs_of(data, data.split.train), held);
  const double share = share_of(repeated, held.size());
  if (share < kFew) return;
  const bool drops = data.config.recommend.seen == SeenPolicy::drop;
  findings.push_back(
      {"repeated_pairs",
       drops,
       fmt::format("{} of {} {} rows ({}) have a pair of user and item that is also in the training rows.",
                   count_of(repeated), count_of(held.size()), data.held_name, percent(share)),
       drops ? "Lists leave out the items that a user has seen, so these rows are misses of every unseen_ "
               "figure, "
               "and the other figures of retrieval reward remembering."
             : "The figures of retrieval reward remembering what each user did before.",
       drops ? "If users take items again, set [recommend] seen = \"keep\". If the table has copies of rows, "
               "remove "
               "them: [data] sql = \"SELECT DISTINCT ...\"."
             : "If only new items matter, set [recommend] seen = \"drop\" and read the unseen_ figures.",
       {{"rows", double(repeated)}, {"share", share}}});
}

void check_identical_rows(const Examined& data, Findings& findings) {
  const auto columns = seen_columns(data);
  const std::vector<uint64_t> held = hashes_of(columns, data.held);
  const size_t repeated = count_known(hashes_of(columns, data.split.train), held);
  const double share = share_of(repeated, held.size());
  if (share < kSome) return;
  findings.push_back(
      {"identical_rows",
       true,
       fmt::format("{} of {} {} rows ({}) have the same query, item and labels as a training row.",
                   count_of(repeated), count_of(held.size()), data.held_name, percent(share)),
       "The model has seen these answers, so the figures say little about new rows.",
       "Add what tells rows apart to [query] features, such as the user, or remove copies: [data] sql = "
       "\"SELECT DISTINCT ...\".",
       {{"rows", double(repeated)}, {"share", share}}});
}

void check_rare_users(const Examined& data, Findings& findings) {
  if (data.user == nullptr) return;
  const Rare rare = count_rare(data, *data.user);
  if (rare.share() < kManyRare) return;
  findings.push_back({"users_with_one_row",
                      false,
                      fmt::format("{} of {} users ({}) have one row.", count_of(rare.once),
                                  count_of(rare.distinct), percent(rare.share())),
                      "Such a user is either trained on or tested, never both, so nothing personal can be "
                      "learnt or measured.",
                      "Give the query features of users, such as country or age, or leave these users out of "
                      "the figures: [data] "
                      "sql = \"SELECT * FROM ... QUALIFY count(*) OVER (PARTITION BY " +
                          data.user->name + ") > 1\".",
                      {{"users", double(rare.once)}, {"share", rare.share()}}});
}

void check_rare_items(const Examined& data, Findings& findings) {
  const Rare rare = count_rare(data, data.item);
  if (rare.share() < kManyRare) return;
  findings.push_back(
      {"items_with_one_row",
       false,
       fmt::format("{} of {} items ({}) have one row.", count_of(rare.once), count_of(rare.distinct),
                   percent(rare.share())),
       "The embedding of such an item's id is hardly trained, or not at all if the row is a test row.",
       "Give [items] features that items share, such as a category or words of the title, and let rare "
       "ids share an embedding: minimum_count in the id's feature.",
       {{"items", double(rare.once)}, {"share", rare.share()}}});
}

void check_untrained_items(const Examined& data, Findings& findings) {
  std::vector<uint8_t> trained(data.item.distinct());
  for (uint32_t row : data.split.train) trained[data.item.codes[row]] = 1;
  std::vector<uint8_t> counted(data.item.distinct());
  size_t rows = 0, items = 0;
  for (uint32_t row : data.held) {
    const uint32_t item = data.item.codes[row];
    if (trained[item]) continue;
    ++rows;
    items += !counted[item];
    counted[item] = 1;
  }
  const double share = share_of(rows, data.held.size());
  if (share < kSome) return;
  const auto is_id = [&](const std::string& name) {
    return data.config.feature(name).column == data.config.items.id;
  };
  const bool any_id = std::ranges::any_of(data.config.items.features, is_id);
  const bool only_id = std::ranges::all_of(data.config.items.features, is_id);
  const bool drowned = any_id && share > kMostly;
  findings.push_back({"untrained_items",
                      only_id || drowned,
                      fmt::format("{} items in {} {} rows ({}) have no training row.", count_of(items),
                                  count_of(rows), data.held_name, percent(share)),
                      only_id   ? "The model knows items by their id alone, so it cannot tell these items "
                                  "apart, and these rows are nearly always misses."
                      : drowned ? "What the model learns by the ids of other items is missing for these, so "
                                  "they are ranked below the others."
                                : "The model knows these items by their other features alone, and popularity "
                                  "cannot find them at all.",
                      only_id ? "Give [items] features that new items share with old ones, such as a "
                                "category or words of the title."
                      : drowned
                          ? "Leave the id out of the features of [items], and let a history read "
                            "another feature of them: of = \"NAME\"."
                          : "Look at the figures of new items: shortlist evaluate BUNDLE --by new_items.",
                      {{"items", double(items)}, {"rows", double(rows)}, {"share", share}}});
}

}  // namespace shortlist
