#include "shortlist/init/column_guess.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

#include "shortlist/features/time_form.h"
#include "shortlist/init/text_guess.h"
#include "shortlist/table/inspect.h"
#include "shortlist/table/sql_type.h"

namespace shortlist {
namespace {

struct HintWord {
  std::string_view word;
  NameHint hint;
};
// Words in column names. Among labels, the earliest in the list is preferred.
constexpr HintWord kHintWords[] = {
    {"user", NameHint::user},         {"customer", NameHint::user},    {"member", NameHint::user},
    {"visitor", NameHint::user},      {"session", NameHint::user},     {"account", NameHint::user},
    {"reader", NameHint::user},       {"viewer", NameHint::user},      {"client", NameHint::user},
    {"player", NameHint::user},       {"reviewer", NameHint::user},    {"buyer", NameHint::user},
    {"uid", NameHint::user},          {"item", NameHint::item},        {"product", NameHint::item},
    {"movie", NameHint::item},        {"film", NameHint::item},        {"anime", NameHint::item},
    {"book", NameHint::item},         {"song", NameHint::item},        {"track", NameHint::item},
    {"artist", NameHint::item},       {"game", NameHint::item},        {"video", NameHint::item},
    {"article", NameHint::item},      {"news", NameHint::item},        {"recipe", NameHint::item},
    {"restaurant", NameHint::item},   {"business", NameHint::item},    {"listing", NameHint::item},
    {"ad", NameHint::item},           {"sku", NameHint::item},         {"isbn", NameHint::item},
    {"asin", NameHint::item},         {"iid", NameHint::item},         {"title", NameHint::item},
    {"name", NameHint::item},         {"rating", NameHint::label},     {"ratings", NameHint::label},
    {"score", NameHint::label},       {"stars", NameHint::label},      {"feedback", NameHint::label},
    {"label", NameHint::label},       {"target", NameHint::label},     {"purchased", NameHint::label},
    {"bought", NameHint::label},      {"liked", NameHint::label},      {"like", NameHint::label},
    {"clicked", NameHint::label},     {"click", NameHint::label},      {"watched", NameHint::label},
    {"converted", NameHint::label},   {"timestamp", NameHint::time},   {"time", NameHint::time},
    {"datetime", NameHint::time},     {"date", NameHint::time},        {"ts", NameHint::time},
    {"at", NameHint::time},           {"day", NameHint::time},         {"when", NameHint::time},
    {"quantity", NameHint::weight},   {"qty", NameHint::weight},       {"units", NameHint::weight},
    {"plays", NameHint::weight},      {"playcount", NameHint::weight}, {"listens", NameHint::weight},
    {"split", NameHint::part},        {"fold", NameHint::part},        {"part", NameHint::part},
    {"partition", NameHint::part},    {"subset", NameHint::part},      {"order", NameHint::event},
    {"transaction", NameHint::event}, {"invoice", NameHint::event},    {"receipt", NameHint::event},
    {"basket", NameHint::event},      {"cart", NameHint::event},       {"event", NameHint::event},
    {"request", NameHint::event},     {"impression", NameHint::event}, {"row", NameHint::event},
    {"index", NameHint::event},       {"uuid", NameHint::event},       {"guid", NameHint::event},
    {"hash", NameHint::event},
};
// A name with a hint and one of these words is still a key.
constexpr std::string_view kKeyWords[] = {"id", "key", "code", "name", "title", "no", "number", "idx"};
constexpr std::string_view kImageWords[] = {"image", "img",   "picture", "photo",    "poster",
                                            "cover", "thumb", "artwork", "thumbnail"};
constexpr std::string_view kImageEndings[] = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".svg"};
// Words that turn a label's name into a summary of many rows: "average_rating", "rating_count". Some of them
// are counts.
constexpr std::string_view kSummaryWords[] = {"average", "avg", "mean", "count",
                                              "total",   "num", "max",  "min"};
constexpr std::string_view kCountWords[] = {"count", "total", "num"};

template <typename List>
bool contains(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != std::end(list);
}

const HintWord* find_hint(std::string_view word) {
  const auto found = std::ranges::find(kHintWords, word, &HintWord::word);
  return found == std::end(kHintWords) ? nullptr : found;
}

// Splits "userId", "User_ID" and "userid" into user, id.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  bool inside = false, lower_before = false;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalpha(u) == 0 && u < 0x80) {
      inside = false;
      continue;
    }
    if (!inside || (std::isupper(u) != 0 && lower_before)) words.emplace_back();
    words.back() += static_cast<char>(std::tolower(u));
    inside = true, lower_before = std::islower(u) != 0;
  }
  std::vector<std::string> split;
  for (const std::string& word : words) {
    const bool ends_with_id = word.size() > 2 && word.ends_with("id") && find_hint(word) == nullptr;
    const std::string stem = ends_with_id ? word.substr(0, word.size() - 2) : word;
    split.push_back(ends_with_id && find_hint(stem) != nullptr ? stem : word);
    if (split.back() != word) split.emplace_back("id");
  }
  return split;
}

std::string count_text(uint64_t count) { return fmt::format("{} distinct values", count); }

// Seconds since 1970 for the years 1990 to 2040.
bool in_seconds(const ColumnSummary& column) {
  return column.min && *column.min >= 631'152'000 && *column.max < 2'208'988'800;
}
bool in_parts_of_seconds(const ColumnSummary& column) {
  return std::ranges::any_of(std::initializer_list<double>{1e3, 1e6, 1e9}, [&](double parts) {
    return column.min && *column.min >= 631'152'000 * parts && *column.max < 2'208'988'800 * parts;
  });
}

// Numbers in the range of seconds are times if the name suggests a time, or nothing at all.
bool is_time(const ColumnGuess& guess) {
  const ColumnSummary& column = guess.summary;
  if (column.type == ColumnType::time) return true;
  if (column.type != ColumnType::integer && column.type != ColumnType::number) return false;
  if (guess.is(NameHint::time)) return in_seconds(column) || in_parts_of_seconds(column);
  return guess.is(NameHint::none) && !guess.meaning.id && in_seconds(column);
}

// Why numbers whose name suggests a time are not times, such as seconds mixed with milliseconds. "" if they
// are.
std::string why_no_time(const ColumnGuess& guess) {
  const ColumnSummary& column = guess.summary;
  const bool number = column.type == ColumnType::integer || column.type == ColumnType::number;
  if (!number || !guess.is(NameHint::time) || !column.min) return "";
  Column ends{.type = ColumnType::number, .rows = 2};
  ends.numbers = {*column.min, *column.max};
  try {
    find_time_form(ends, {});
  } catch (const RowError& error) {
    return error.detail();
  }
  return "";
}

// Row numbers are short texts that are not titles, and integers that are named an id or are consecutive.
bool is_row_number(const ColumnGuess& guess) {
  constexpr uint64_t kLeastRows = 10;
  const ColumnSummary& column = guess.summary;
  if (column.rows < kLeastRows || column.distinct != column.rows) return false;
  const bool title = guess.is(NameHint::item) && guess.meaning.key;
  if (column.type == ColumnType::text) return *column.average_words < 4 && !title;
  if (column.type != ColumnType::integer) return false;
  return guess.meaning.id || *column.max - *column.min + 1 == static_cast<double>(column.distinct);
}

struct Judgement {
  Holds holds;
  std::string why;
};

Judgement judge_list(const ColumnSummary& column) {
  if (column_type(element_type(column.sql_type)) != ColumnType::number)
    return {Holds::categories, fmt::format("lists, {:.2g} values on average", *column.average_length)};
  if (column.shortest != column.longest)
    return {Holds::nothing, "lists of numbers, but of different lengths"};
  return {Holds::vector, fmt::format("lists of {} numbers", *column.average_length)};
}

Judgement judge_text(ColumnGuess& guess) {
  const ColumnSummary& column = guess.summary;
  guess.separator = column.separator;
  const std::string commas = advice_on_commas(column);
  if (!guess.separator.empty())
    return {Holds::categories, fmt::format("repeated values separated by '{}'{}", guess.separator, commas)};
  // "Science Fiction" among twenty genres is a category. A thousand titles of three words are text, since
  // titles share words.
  constexpr uint64_t kFewTexts = 50;
  const bool words =
      *column.average_words >= 2 && (column.distinct > kFewTexts || *column.average_words >= 4);
  if (words) {
    return {Holds::text,
            fmt::format("text of {:.2g} words, {}", *column.average_words, count_text(column.distinct))};
  }
  return {Holds::category, "text, " + count_text(column.distinct) + commas};
}

Judgement judge_integer(const ColumnGuess& guess) {
  const ColumnSummary& column = guess.summary;
  constexpr uint64_t kFewIntegers = 50;
  if (guess.meaning.id || guess.meaning.key)
    return {Holds::category, "integer, " + count_text(column.distinct)};
  if (column.distinct <= kFewIntegers && guess.distinct_share() < 0.5)
    return {Holds::category, "integer, only " + count_text(column.distinct)};
  return {Holds::number, fmt::format("integer, {} to {}", *column.min, *column.max)};
}

Judgement judge_special(const TextGuess& texts, ColumnGuess& guess) {
  guess.time_format = texts.format;
  switch (texts.kind) {
    case TextGuess::Kind::lists:
      return {Holds::categories, texts.why};
    case TextGuess::Kind::dates:
      return {Holds::time, texts.why};
    case TextGuess::Kind::unclear:
      break;
  }
  return {Holds::nothing, texts.why};
}

Judgement judge(ColumnGuess& guess, const std::optional<TextGuess>& texts) {
  const ColumnSummary& column = guess.summary;
  if (column.distinct == 0 || column.present() == 0) return {Holds::nothing, "has no values"};
  if (column.distinct == 1 && guess.without_value() == 0) {
    return {Holds::nothing, fmt::format("is '{}' in every row", column.most_frequent.front().first)};
  }
  if (is_time(guess)) return {Holds::time, "times"};
  if (texts) return judge_special(*texts, guess);
  if (std::string why = why_no_time(guess); !why.empty()) return {Holds::nothing, std::move(why)};
  if (is_row_number(guess)) return {Holds::row_number, "a different value in each row: a row number"};
  switch (column.type) {
    case ColumnType::list:
      return judge_list(column);
    case ColumnType::text:
      return judge_text(guess);
    case ColumnType::integer:
      return judge_integer(guess);
    default:
      return {Holds::number,
              fmt::format("number, {:.4g} to {:.4g}", column.min.value_or(NAN), column.max.value_or(NAN))};
  }
}

}  // namespace

NameMeaning name_meaning(std::string_view name) {
  NameMeaning meaning;
  const std::vector<std::string> words = words_of(name);
  bool item = false, user = false, event = false, other = false;
  for (const std::string& word : words) {
    const HintWord* hint = find_hint(word);
    meaning.id = meaning.id || word == "id";
    meaning.readable = meaning.readable || word == "name" || word == "title";
    meaning.image = meaning.image || contains(kImageWords, word);
    if (contains(kSummaryWords, word))
      return {.hint = contains(kCountWords, word) ? NameHint::weight : NameHint::none};
    if (hint == nullptr) {
      other = other || !contains(kKeyWords, word);
      continue;
    }
    user = user || hint->hint == NameHint::user;
    item = item || hint->hint == NameHint::item;
    event = event || hint->hint == NameHint::event;
    if (hint->hint == NameHint::time) return {.hint = NameHint::time};
    const bool says_use =
        hint->hint == NameHint::label || hint->hint == NameHint::weight || hint->hint == NameHint::part;
    if (!says_use) continue;
    meaning.hint = hint->hint;
    meaning.weight = static_cast<size_t>(std::end(kHintWords) - hint);
  }
  if (meaning.hint != NameHint::none) return meaning;
  meaning.hint = user ? NameHint::user : item ? NameHint::item : event ? NameHint::event : NameHint::none;
  meaning.key = meaning.hint != NameHint::none && !other;
  return meaning;
}

double ColumnGuess::distinct_share() const {
  const uint64_t present = summary.rows - summary.missing;
  return present == 0 ? 0 : static_cast<double>(summary.distinct) / static_cast<double>(present);
}

namespace {

bool is_image_url(std::string_view url) {
  if (url.find_first_of(" \t\n") != url.npos) return false;
  if (url.starts_with("https://")) return true;
  const std::string_view path = url.substr(0, url.find_first_of("?#"));
  return url.find("://") == url.npos && !url.starts_with("//") &&
         std::ranges::any_of(kImageEndings, [&](std::string_view ending) { return path.ends_with(ending); });
}

}  // namespace

bool has_image_urls(const ColumnGuess& column) {
  const auto& values = column.summary.most_frequent;
  return column.meaning.image && column.summary.type == ColumnType::text && !values.empty() &&
         std::ranges::all_of(values, [](const auto& value) { return is_image_url(value.first); });
}

std::string says_missing(const ColumnGuess& column) {
  if (column.without_value() == 0) return "";
  return fmt::format("{} of {} rows {} no value", column.without_value(), column.summary.rows,
                     column.without_value() == 1 ? "has" : "have");
}

std::vector<ColumnGuess> guess_columns(const Table& table) {
  std::vector<ColumnGuess> guesses;
  std::vector<ColumnSummary> summaries = inspect(table);
  std::vector<bool> named_times;
  for (const ColumnSummary& column : summaries)
    named_times.push_back(name_meaning(column.name).hint == NameHint::time);
  const std::vector<std::optional<TextGuess>> texts = guess_texts(table, summaries, named_times);
  for (size_t c = 0; c < summaries.size(); ++c) {
    ColumnGuess guess;
    guess.name = summaries[c].name;
    guess.summary = std::move(summaries[c]);
    guess.meaning = name_meaning(guess.name);
    const Judgement judgement = judge(guess, texts[c]);
    guess.holds = judgement.holds, guess.why = judgement.why;
    guesses.push_back(std::move(guess));
  }
  return guesses;
}

std::vector<std::string> words_for_missing(const std::vector<ColumnGuess>& columns) {
  std::vector<std::string> words;
  for (const ColumnGuess& column : columns) {
    const ColumnSummary& summary = column.summary;
    if (summary.words_for_missing.empty()) continue;
    uint64_t others = summary.present();
    for (const auto& [word, rows] : summary.words_for_missing) others -= std::min(others, rows);
    const bool among_values =
        others > 0 && (summary.numbers >= others || summary.times == others || summary.truths == others);
    if (!among_values && summary.words_for_missing.size() < 2) continue;
    for (const auto& [word, rows] : summary.words_for_missing) {
      if (!contains(words, word)) words.push_back(word);
    }
  }
  return words;
}

bool names_are_generated(const std::vector<ColumnGuess>& columns) {
  for (size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].summary.name != fmt::format("column{}", c)) return false;
  }
  return !columns.empty();
}

}  // namespace shortlist
