#include "shortlist/init/init_config.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "shortlist/base/available_memory.h"
#include "shortlist/base/fields.h"
#include "shortlist/config/model_config.h"
#include "shortlist/init/guess_model.h"
#include "shortlist/init/item_features.h"
#include "shortlist/init/model_guess.h"
#include "shortlist/init/toml_section.h"
#include "shortlist/init/trial.h"
#include "shortlist/table/source_sql.h"

namespace shortlist {
namespace {

constexpr int kWidth = 32;  // of embeddings and towers
// If at least this share of rows repeats a pair of user and item, items are consumed repeatedly.
constexpr double kTakenAgain = 0.1;
// With fewer rows a user, most histories would be empty.
constexpr uint64_t kRowsAUser = 3;
// With a larger share in the last rows, a split by time would test on users that no model can know.
constexpr double kManyNewUsers = 0.3;
// With a larger share in the last rows, items are known by their features rather than by their ids.
constexpr double kManyNewItems = 0.5;

std::string tower_layers() { return fmt::format("[{{ dropout = 0.3 }}, {{ dense = {} }}]", kWidth); }

// The format setting of a time column whose text is not ISO 8601.
std::string format_of(const ColumnGuess& column) {
  return column.time_format.empty() ? "" : fmt::format(", format = {}", quoted(column.time_format));
}

class Writer {
 public:
  explicit Writer(const ModelGuess& guess) : source_(guess.source), guess_(guess) {}

  std::string text() const {
    std::string out = in_comment(fmt::format("# Written by shortlist init from {}: {} rows, {} columns.",
                                             source_.describe(), guess_.rows(), guess_.own_columns));
    out += "\n# A comment next to each choice gives the reason. Change what you know better.\n";
    if (guess_.is_catalogue) {
      out +=
          "# Few items occur in more than one row: this looks like a catalogue, not like what people took.\n";
      out += "# A model of it learns the items' properties, but nobody's taste.\n";
    }
    out += "\n";
    out += data() + users() + features() + kind() + query() + items() + retrieval();
    if (guess_.label) out += ranking();
    if (guess_.repeated > 0) out += recommend();
    return out + training();
  }

 private:
  const ColumnGuess& column(size_t c) const { return guess_.columns[c]; }
  const std::string& name(size_t c) const { return guess_.columns[c].name; }
  std::vector<std::string> names(const std::vector<size_t>& columns) const {
    std::vector<std::string> names;
    for (const size_t c : columns) names.push_back(name(c));
    return names;
  }
  bool has_words() const { return has_title_words(guess_); }
  std::string words_name() const { return title_words_name(guess_); }
  // What users took before says more about what comes next than who they are, if the rows have times.
  bool has_history() const {
    return tells_user() && guess_.time && !guess_.query_describes_item && !guess_.is_catalogue &&
           guess_.rows() >= kRowsAUser * column(*guess_.user).summary.distinct;
  }
  bool splits_by_time() const { return guess_.time && !guess_.split && guess_.new_users <= kManyNewUsers; }
  // Whether most items that will be recommended have no training row, so that an embedding of their ids
  // would say nothing about them, and what is learned by the ids of the others would be missing.
  bool items_are_new() const {
    return splits_by_time() && guess_.new_items > kManyNewItems && richest_feature(guess_).has_value();
  }
  std::string time_setting() const {
    const std::string format = format_of(column(*guess_.time)), name_of = quoted(name(*guess_.time));
    return format.empty() ? name_of : fmt::format("{{ column = {}{} }}", name_of, format);
  }
  std::string history_name() const {
    std::string history = "history";
    while (std::ranges::find(guess_.columns, history, &ColumnGuess::name) != guess_.columns.end())
      history += "_";
    return history;
  }
  bool tells_user() const { return guess_.user && guess_.uses[*guess_.user].use == Use::query; }
  // A tenth of fewer rows would be empty.
  bool is_tiny() const { return guess_.rows() < 10; }
  bool has_validation() const { return guess_.split ? guess_.has_validation : !is_tiny(); }

  std::string data() const;
  void add_header(Section& section) const;
  static void add_side_table(const std::string& name, const SideGuess& side, Section& section);
  static void add_unused(const std::optional<SideGuess>& side, Section& section);
  std::string users() const;
  void add_split(Section& section) const;
  std::string features() const;
  std::string feature(const ColumnGuess& column) const;
  void add_left_out(Section& section) const;
  std::string kind() const;
  std::string query() const;
  std::string items() const;
  std::string retrieval() const;
  std::string ranking() const;
  std::string recommend() const;
  std::string training() const;
  std::pair<std::string, std::string> monitor() const;

  const TableSource& source_;
  const ModelGuess& guess_;
};

void Writer::add_header(Section& section) const {
  if (guess_.names_are_ours && source_.columns.empty() && is_text_file(source_)) {
    std::vector<std::string> names;
    for (size_t c = 0; c < guess_.own_columns; ++c) names.push_back(name(c));
    section.add("header", "false");
    section.add("columns", list_of(names), "the file has no names: these are guessed from the values");
    return;
  }
  add_given_header(source_, section);
}

void Writer::add_side_table(const std::string& name, const SideGuess& side, Section& section) {
  add_source(side.source, "--" + name, section);
  add_given_header(side.source, section);
  section.add("key", quoted(side.key), side.why);
}

void Writer::add_unused(const std::optional<SideGuess>& side, Section& section) {
  if (!side) return;
  for (const std::string& column : side->left_out) section.remark(in_comment("left out: " + column));
}

std::string Writer::users() const {
  if (!guess_.users) return "";
  Section section("[users]");
  add_side_table("users", *guess_.users, section);
  add_unused(guess_.users, section);
  return section.text();
}

void Writer::add_split(Section& section) const {
  if (guess_.split) {
    return section.add("split",
                       fmt::format("{{ by = \"column\", column = {} }}", quoted(name(*guess_.split))),
                       guess_.uses[*guess_.split].why);
  }
  const std::string parts =
      is_tiny() ? "train = 1.0, validation = 0, test = 0" : "train = 0.8, validation = 0.1, test = 0.1";
  const std::string random = fmt::format("{{ by = \"random\", {}, seed = 42 }}", parts);
  if (!guess_.time) return section.add("split", random, "the table has no time to split by");
  const ColumnGuess& time = column(*guess_.time);
  const std::string digits = time.time_format.starts_with("%Y%m%d") ? time.why + "; " : "";
  const std::string by_time = fmt::format("{{ by = \"time\", column = {}{}, {} }}",
                                          quoted(name(*guess_.time)), format_of(time), parts);
  if (splits_by_time())
    return section.add("split", by_time,
                       digits + "train on the past, test on what came later, as in production");
  section.add(
      "split", random,
      fmt::format("with a split by time, {:.0f} % of the last rows would have users never seen before",
                  100 * guess_.new_users));
  section.remark("split = " + by_time);
}

std::string Writer::data() const {
  Section section("[data]");
  add_source(source_, "--data", section);
  add_header(section);
  if (guess_.user) {
    const std::string missing = says_missing(column(*guess_.user));
    section.add(
        "user", quoted(name(*guess_.user)),
        "for baselines, and for similarity by ratings" +
            (missing.empty() ? "" : "; " + missing + "; they belong to no user, but count for their items"));
  }
  // A split by time orders the rows too.
  if (has_history() && !splits_by_time())
    section.add("time", time_setting(), "the order of the users' histories");
  if (guess_.weight) {
    section.remark(
        fmt::format("weight = {}  # to weight the rows by this column", quoted(name(*guess_.weight))));
  }
  add_split(section);
  for (const TurnedDown& column : guess_.turned_down) section.remark(in_comment(sentence(column)));
  return section.text();
}

std::string Writer::feature(const ColumnGuess& column) const {
  // Few values need a small embedding. A larger one overfits.
  const uint64_t root = std::bit_ceil(static_cast<uint64_t>(std::sqrt(column.summary.distinct)) + 1);
  const bool key = column.name == name(guess_.item) || (guess_.user && column.name == name(*guess_.user));
  const std::string dim = fmt::format(
      "dim = {}", key || column.holds != Holds::category ? kWidth : std::clamp<uint64_t>(root, 4, kWidth));
  switch (column.holds) {
    case Holds::categories:
      if (column.separator.empty()) return fmt::format("{{ kind = \"categories\", {} }}", dim);
      return fmt::format("{{ kind = \"categories\", separator = {}, {} }}", quoted(column.separator), dim);
    case Holds::text:
      return fmt::format("{{ kind = \"text\", max_tokens = 10_000, rows = \"vocabulary\", {} }}", dim);
    case Holds::number: {
      // Prices and counts are mostly small, with a few huge values.
      const ColumnSummary& s = column.summary;
      const bool skewed = s.min && *s.min >= 0 && *s.max > 20 * *s.mean;
      return skewed ? R"({ kind = "number", normalize = "log" })" : R"({ kind = "number" })";
    }
    case Holds::vector:
      return R"({ kind = "vector" })";
    case Holds::time:
      return fmt::format(R"({{ kind = "time"{} }})", format_of(column));
    default:
      return fmt::format("{{ kind = \"category\", {} }}", dim);
  }
}

std::string Writer::features() const {
  Section section("[features]");
  for (const Use use : {Use::query, Use::item, Use::describes}) {
    for (const size_t c : guess_.used_as(use)) {
      if (use != Use::item || !items_are_new())
        section.add(key_of(name(c)), feature(column(c)),
                    fmt::format("{}; {}", column(c).why, guess_.uses[c].why));
      if (use != Use::item || !has_words()) continue;
      const std::string words = fmt::format(
          "{{ kind = \"text\", column = {}, max_tokens = 10_000, rows = \"vocabulary\", dim = {} }}",
          quoted(name(title_column(guess_))), kWidth);
      section.add(key_of(words_name()), words, "words of the name: items with similar names are similar");
    }
  }
  if (has_history()) {
    const std::string of = items_are_new() ? fmt::format(", of = {}", quoted(*richest_feature(guess_))) : "";
    section.add(key_of(history_name()),
                fmt::format(R"({{ kind = "history", length = 50, half_life = 10.0{} }})", of),
                fmt::format("what the user took before the row, by '{}'; recent items count most",
                            name(*guess_.time)));
  }
  if (guess_.time) {
    const std::string buckets =
        fmt::format("{} = {{ kind = \"time\", as = \"buckets\"{}, dim = {} }}", key_of(name(*guess_.time)),
                    format_of(column(*guess_.time)), kWidth);
    section.remark(
        fmt::format("{}  # to use the time in the query, add it to its features too", in_comment(buckets)));
  }
  add_left_out(section);
  return section.text();
}

void Writer::add_left_out(Section& section) const {
  for (const size_t c : guess_.used_as(Use::left_out)) {
    section.remark(in_comment(fmt::format("left out: {} ({})", name(c), guess_.uses[c].why)));
  }
}

// The default is not written, so that the config stays that of two towers alone.
std::string Writer::kind() const {
  const KindChoice choice = choose_kind(guess_, available_memory());
  std::string text = in_comment("# The kind of model: " + choice.why + ".") + "\n";
  if (choice.kind != kTwoTower)
    text += fmt::format("# [model]\n# kind = {}  # without [query], layers, [retrieval] and [[ranking]]\n",
                        quoted(choice.kind));
  return text + "\n";
}

std::string Writer::query() const {
  Section section("[query]");
  std::vector<std::string> features = names(guess_.used_as(Use::query));
  if (has_history()) features.push_back(history_name());
  section.add(
      "features", list_of(features),
      guess_.query_describes_item
          ? "no column identifies the user, so the item's own properties do: see the report's lookup baseline"
          : "");
  section.add("layers", tower_layers(), "dropout prevents it from memorising the rows");
  return section.text();
}

std::string Writer::items() const {
  Section section("[items]");
  if (guess_.items) add_side_table("items", *guess_.items, section);
  std::vector<std::string> features, attributes;
  if (!items_are_new()) features.push_back(name(guess_.item));
  if (has_words()) features.push_back(words_name());
  for (const size_t c : guess_.used_as(Use::describes)) features.push_back(name(c));
  for (size_t c = 0; c < guess_.uses.size(); ++c) {
    if (guess_.uses[c].attribute) attributes.push_back(name(c));
  }
  section.add("id", quoted(name(guess_.item)), guess_.uses[guess_.item].why);
  if (guess_.display) section.add("display", quoted(name(*guess_.display)), guess_.uses[*guess_.display].why);
  if (guess_.image) section.add("display_image", quoted(name(*guess_.image)), guess_.uses[*guess_.image].why);
  section.add("features", list_of(features),
              items_are_new() ? fmt::format("without '{}': {:.0f} % of the last rows have items never seen "
                                            "before, which only their features describe",
                                            name(guess_.item), 100 * guess_.new_items)
                              : "");
  section.add("layers", tower_layers());
  if (!attributes.empty())
    section.add("attributes", list_of(attributes), "one per item: to show and to filter by");
  add_unused(guess_.items, section);
  return section.text();
}

std::string Writer::retrieval() const {
  Section section("[retrieval]");
  section.add("loss", R"("in_batch_softmax")");
  section.add("reduction", R"("mean")",
              guess_.label ? "like the ranking's, so that neither task dominates" : "");
  if (guess_.binary) {
    section.add("positives", quoted(name(*guess_.label)),
                "learns from the rows whose label is 1; the others only show which items were not taken");
  }
  section.add("sampling_correction", "true", "without it, popular items are ranked too low");
  section.add("top_k", "[1, 5, 10, 50, 100]");
  return section.text();
}

std::string Writer::ranking() const {
  Section section("[[ranking]]");
  const ColumnSummary& summary = column(*guess_.label).summary;
  const std::string missing = says_missing(column(*guess_.label));
  section.add("label", quoted(name(*guess_.label)),
              fmt::format("{}; {} values from {} to {}, mean {:.3g}{}", guess_.uses[*guess_.label].why,
                          summary.distinct, *summary.min, *summary.max, *summary.mean,
                          missing.empty() ? "" : "; " + missing + ", which the ranking leaves out"));
  section.add("loss", guess_.binary ? R"("binary_crossentropy")" : R"("mean_squared_error")",
              guess_.binary ? "the label is 0 or 1: predicts a probability"
                            : "the label is a rating: predicts its mean");
  if (*summary.min == -1 && *summary.max > 1) {
    section.remark(
        "-1 may mean \"not rated\": if so, leave such rows out with sql = \"SELECT ... WHERE ... >= 0\"");
  }
  section.add("layers", R"([{ dense = 64, activation = "relu" }, { dropout = 0.3 }])",
              "dense = 1 is added as the last layer");
  return section.text();
}

// Gives some hundred steps per epoch, with batches neither too small for the softmax nor too large for
// memory.
uint64_t batch_of(uint64_t rows) { return std::clamp<uint64_t>(std::bit_floor(rows / 64), 64, 2048); }

// Monitors the quality of the served lists, not the total loss, which may keep falling for one task while the
// other overfits.
std::pair<std::string, std::string> Writer::monitor() const {
  if (tells_user()) return {"auto", "NDCG of the users' lists in the validation rows, as they are served"};
  if (guess_.label)
    return {"loss", "both tasks' loss on validation rows: there is no user whose list could be measured"};
  return {"mrr", "mean reciprocal rank on validation rows"};
}

std::string Writer::recommend() const {
  Section section("[recommend]");
  const std::string share =
      fmt::format("{:.0f} % of rows repeat an earlier pair of user and item", 100 * guess_.repeated);
  if (!tells_user() || guess_.query_describes_item) return "";
  if (guess_.repeated < kTakenAgain) {
    section.add("seen", R"("drop")", share + "; \"keep\" would recommend such items again");
  } else {
    section.add("seen", R"("keep")", share + ": people come back to items; \"drop\" would leave these out");
  }
  return section.text();
}

std::string Writer::training() const {
  Section section("[training]");
  const bool watches = has_validation();
  section.add("epochs", watches ? "30" : "8",
              watches ? "at most" : "there are no validation rows to stop by");
  section.add("batch", fmt::format("{}", batch_of(guess_.rows())), fmt::format("for {} rows", guess_.rows()));
  section.add("optimizer", "{ adam = 0.005 }");
  if (watches) {
    const auto [figure, why] = monitor();
    section.add("early_stopping", fmt::format("{{ monitor = \"{}\", patience = 3 }}", figure), why);
  }
  std::string text = section.text();
  text.pop_back();
  return text;
}

}  // namespace

std::string init_config(const Table& table, const InitOptions& options, const InitSides& sides,
                        KindChoice* choice) {
  InitOptions named = options;
  if (named.item.empty()) named.item = named_item_key(table, sides);
  ModelGuess guess = guess_model(table, named);
  if (options.item.empty() && !named.item.empty())
    guess.uses[guess.item].why = "the item: " + sides.items->source().describe() + " has one row per item";
  add_side_tables(table, sides, guess);
  const std::optional<size_t> label = guess.label;
  leave_out_what_cannot_be_trained(guess, [&] { return Writer(guess).text(); });
  if (!options.label.empty() && label && !guess.label) throw data_error("{}", guess.uses[*label].why);
  if (choice != nullptr) *choice = choose_kind(guess, available_memory());
  return Writer(guess).text();
}

}  // namespace shortlist
