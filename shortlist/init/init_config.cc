#include "shortlist/init/init_config.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "shortlist/base/fields.h"
#include "shortlist/init/guess_model.h"
#include "shortlist/init/model_guess.h"
#include "shortlist/init/toml_section.h"
#include "shortlist/init/trial.h"
#include "shortlist/table/source_sql.h"

namespace shortlist {
namespace {

constexpr int kWidth = 32;  // of embeddings and towers
// If at least this share of rows repeats a pair of user and item, items are consumed repeatedly.
constexpr double kTakenAgain = 0.1;
// With a larger share in the last rows, a split by time would test on users that no model can know.
constexpr double kManyNewUsers = 0.3;

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
    out += "\n# Each choice has its reason beside it; change what you know better.\n";
    if (guess_.is_catalogue) {
      out += "# Hardly an item stands in two rows: this looks like a catalogue, not like what people took.\n";
      out += "# A model of it learns which item has which properties, and no one's taste.\n";
    }
    out += "\n";
    out += data() + side("items", guess_.items) + side("users", guess_.users) + features() + query() +
           candidate() + retrieval();
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
  // Adds the words of a candidate's title to its own embedding, since candidates with similar titles are
  // similar.
  size_t title() const { return guess_.display.value_or(guess_.candidate); }
  bool has_words() const {
    const ColumnSummary& summary = column(title()).summary;
    return summary.type == ColumnType::text && summary.average_words.value_or(0) >= 2;
  }
  std::string words_name() const {
    std::string words = name(title()) + "_words";
    while (std::ranges::find(guess_.columns, words, &ColumnGuess::name) != guess_.columns.end()) words += "_";
    return words;
  }
  bool tells_user() const { return guess_.user && guess_.uses[*guess_.user].use == Use::query; }
  // A tenth of fewer rows would be empty.
  bool is_tiny() const { return guess_.rows() < 10; }
  bool has_validation() const { return guess_.split ? guess_.has_validation : !is_tiny(); }

  std::string data() const;
  void add_header(Section& section) const;
  static std::string side(const std::string& name, const std::optional<SideGuess>& side);
  void add_split(Section& section) const;
  std::string features() const;
  std::string feature(const ColumnGuess& column) const;
  void add_left_out(Section& section) const;
  std::string query() const;
  std::string candidate() const;
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
    section.add("columns", list_of(names), "the file names none: these are after what they look like");
    return;
  }
  add_given_header(source_, section);
}

std::string Writer::side(const std::string& name, const std::optional<SideGuess>& side) {
  if (!side) return "";
  Section section("[" + name + "]");
  add_source(side->source, "--" + name, section);
  add_given_header(side->source, section);
  section.add("key", quoted(side->key), side->why);
  for (const std::string& column : side->left_out) section.remark(in_comment("left out: " + column));
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
  if (guess_.new_users <= kManyNewUsers)
    return section.add("split", by_time, digits + "train on the past, test on what came after, as in use");
  section.add("split", random,
              fmt::format("by time, {:.0f} % of the last rows would be of users never seen before",
                          100 * guess_.new_users));
  section.remark("split = " + by_time);
}

std::string Writer::data() const {
  Section section("[data]");
  add_source(source_, "--data", section);
  add_header(section);
  if (guess_.user) {
    const std::string missing = says_missing(column(*guess_.user));
    section.add("user", quoted(name(*guess_.user)),
                "for baselines, and for similarity by ratings" +
                    (missing.empty() ? "" : "; " + missing + ": no user's, but rows of their items"));
  }
  if (guess_.weight) {
    section.remark(fmt::format("weight = {}  # to let a row count more, the more it says",
                               quoted(name(*guess_.weight))));
  }
  add_split(section);
  for (const TurnedDown& column : guess_.turned_down) section.remark(in_comment(sentence(column)));
  return section.text();
}

std::string Writer::feature(const ColumnGuess& column) const {
  // Few values need a small embedding. A larger one overfits.
  const uint64_t root = std::bit_ceil(static_cast<uint64_t>(std::sqrt(column.summary.distinct)) + 1);
  const bool key =
      column.name == name(guess_.candidate) || (guess_.user && column.name == name(*guess_.user));
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
  for (const Use use : {Use::query, Use::candidate, Use::describes}) {
    for (const size_t c : guess_.used_as(use)) {
      section.add(key_of(name(c)), feature(column(c)),
                  fmt::format("{}; {}", column(c).why, guess_.uses[c].why));
      if (use != Use::candidate || !has_words()) continue;
      const std::string words = fmt::format(
          "{{ kind = \"text\", column = {}, max_tokens = 10_000, rows = \"vocabulary\", dim = {} }}",
          quoted(name(title())), kWidth);
      section.add(key_of(words_name()), words, "words of its name: items with like names are alike");
    }
  }
  if (guess_.time) {
    const std::string buckets =
        fmt::format("{} = {{ kind = \"time\", as = \"buckets\"{}, dim = {} }}", key_of(name(*guess_.time)),
                    format_of(column(*guess_.time)), kWidth);
    section.remark(fmt::format("{}  # to let the query see the time, add it there too", in_comment(buckets)));
  }
  add_left_out(section);
  return section.text();
}

void Writer::add_left_out(Section& section) const {
  for (const size_t c : guess_.used_as(Use::left_out)) {
    section.remark(in_comment(fmt::format("left out: {} ({})", name(c), guess_.uses[c].why)));
  }
}

std::string Writer::query() const {
  Section section("[query]");
  const std::vector<size_t> columns = guess_.used_as(Use::query);
  section.add(
      "features", list_of(names(columns)),
      guess_.query_describes_candidate
          ? "no column tells who asks, so the item's own properties do: see the report's lookup baseline"
          : "");
  section.add("layers", tower_layers(), "the dropout keeps it from learning the rows by heart");
  return section.text();
}

std::string Writer::candidate() const {
  Section section("[candidate]");
  std::vector<std::string> features = {name(guess_.candidate)}, attributes;
  if (has_words()) features.push_back(words_name());
  for (const size_t c : guess_.used_as(Use::describes)) features.push_back(name(c));
  for (size_t c = 0; c < guess_.uses.size(); ++c) {
    if (guess_.uses[c].attribute) attributes.push_back(name(c));
  }
  section.add("id", quoted(name(guess_.candidate)), guess_.uses[guess_.candidate].why);
  if (guess_.display) section.add("display", quoted(name(*guess_.display)), guess_.uses[*guess_.display].why);
  if (guess_.image) section.add("display_image", quoted(name(*guess_.image)), guess_.uses[*guess_.image].why);
  section.add("features", list_of(features));
  section.add("layers", tower_layers());
  if (!attributes.empty())
    section.add("attributes", list_of(attributes), "one for each item: to show and to filter by");
  return section.text();
}

std::string Writer::retrieval() const {
  Section section("[retrieval]");
  section.add("loss", R"("in_batch_softmax")");
  section.add("reduction", R"("mean")",
              guess_.label ? "as the ranking's, so that no task drowns the other" : "");
  if (guess_.binary) {
    section.add("positives", quoted(name(*guess_.label)),
                "learns from the rows whose label is 1; the others only show what was not taken");
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
                          missing.empty() ? "" : "; " + missing + " and no part in the ranking"));
  section.add("loss", guess_.binary ? R"("binary_crossentropy")" : R"("mean_squared_error")",
              guess_.binary ? "the label is 0 or 1: predicts a probability"
                            : "the label is a rating: predicts its mean");
  if (*summary.min == -1 && *summary.max > 1) {
    section.remark(
        "-1 may stand for \"not rated\": then leave such rows out by sql = \"SELECT ... WHERE ... >= 0\"");
  }
  section.add("layers", R"([{ dense = 64, activation = "relu" }, { dropout = 0.3 }])",
              "a last dense = 1 is added");
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
  return {"mrr", "the validation rows' mean reciprocal rank"};
}

std::string Writer::recommend() const {
  Section section("[recommend]");
  const std::string share =
      fmt::format("{:.0f} % of rows are of a user and an item that had one before", 100 * guess_.repeated);
  if (!tells_user() || guess_.query_describes_candidate) return "";
  if (guess_.repeated < kTakenAgain) {
    section.add("seen", R"("drop")", share + "; \"keep\" recommends what a user has had, too");
  } else {
    section.add("seen", R"("keep")", share + ": people take things again; \"drop\" leaves out what they had");
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

std::string init_config(const Table& table, const InitOptions& options, const InitSides& sides) {
  InitOptions named = options;
  if (named.candidate.empty()) named.candidate = named_item_key(table, sides);
  ModelGuess guess = guess_model(table, named);
  if (options.candidate.empty() && !named.candidate.empty())
    guess.uses[guess.candidate].why = "the item: " + sides.items->source().describe() + " has a row for each";
  add_side_tables(table, sides, guess);
  leave_out_what_cannot_be_trained(guess, [&] { return Writer(guess).text(); });
  return Writer(guess).text();
}

}  // namespace shortlist
