#include "shortlist/table/inspect.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <deque>

#include "shortlist/table/column_statistics.h"
#include "shortlist/table/text_value.h"
#include "shortlist/table/time_text.h"
#include "shortlist/table/value_coder.h"

namespace shortlist {
namespace {

constexpr size_t kMostBytes = size_t{2} << 30;
// Number of most frequent values that are still counted after the others are dropped.
constexpr size_t kKeptValues = 1'000;

std::string shown(const CodedColumn& column, uint32_t code) {
  if (column.values.type == ColumnType::time) return time_text(column.values.numbers[code]);
  const std::string text = column.text(code);
  return column.values.type == ColumnType::list ? "[" + text + "]" : text;
}

// One column's values with their counts or, once the values have been dropped, a sketch of them.
class ColumnCounter {
 public:
  explicit ColumnCounter(ColumnType type) {
    kept_.values.type = type;
    coder_.emplace(kept_, &counts_);
  }
  ColumnCounter(const ColumnCounter&) = delete;

  size_t bytes() const { return coder_ ? coder_->bytes() : 0; }

  void add(const Column& column) {
    if (coder_) return coder_->add(column, 0);
    CodedColumn chunk;
    chunk.values.type = column.type;
    std::vector<uint64_t> counts;
    ValueCoder coder(chunk, &counts);
    coder.add(column, 0);
    coder.finish();
    add_to_sketch(chunk, counts);
  }

  void let_go() {
    coder_->finish();
    coder_.reset();
    for (const uint32_t code : by_frequency(kKeptValues)) frequent_[shown(kept_, code)] = 0;
    add_to_sketch(kept_, counts_);
    kept_ = CodedColumn();
    counts_ = {};
  }

  void write(ColumnSummary& summary, size_t most_frequent) {
    if (coder_) {
      coder_->finish();
      for (uint32_t code = 0; code < kept_.distinct(); ++code)
        figures_.add(kept_.values, code, counts_[code]);
    }
    figures_.write(summary);
    coder_ ? write_kept(summary, most_frequent) : write_sketched(summary, most_frequent);
  }

 private:
  void add_to_sketch(const CodedColumn& values, const std::vector<uint64_t>& counts) {
    for (uint32_t code = 0; code < values.distinct(); ++code) {
      figures_.add(values.values, code, counts[code]);
      if (values.values.is_missing(code)) continue;
      const std::string text = shown(values, code);
      sketch_.add(std::hash<std::string>()(text));
      if (const auto known = frequent_.find(text); known != frequent_.end()) known->second += counts[code];
    }
  }

  // Codes of the most frequent values; equal counts are ordered by value.
  std::vector<uint32_t> by_frequency(size_t most) const {
    std::vector<uint32_t> codes;
    for (uint32_t code = 0; code < kept_.distinct(); ++code) {
      if (!kept_.values.is_missing(code)) codes.push_back(code);
    }
    const auto before = [&](uint32_t a, uint32_t b) {
      if (counts_[a] != counts_[b]) return counts_[a] > counts_[b];
      switch (kept_.values.type) {
        case ColumnType::integer:
          return kept_.values.integers[a] < kept_.values.integers[b];
        case ColumnType::number:
        case ColumnType::time:
          return kept_.values.numbers[a] < kept_.values.numbers[b];
        case ColumnType::text:
          return kept_.values.texts[a] < kept_.values.texts[b];
        default:
          return kept_.text(a) < kept_.text(b);
      }
    };
    most = std::min(most, codes.size());
    std::ranges::partial_sort(codes, codes.begin() + static_cast<std::ptrdiff_t>(most), before);
    codes.resize(most);
    return codes;
  }

  void write_kept(ColumnSummary& summary, size_t most_frequent) const {
    const Column& values = kept_.values;
    summary.distinct = kept_.distinct() - static_cast<size_t>(std::ranges::count(values.missing, uint8_t{1}));
    for (const uint32_t code : by_frequency(most_frequent))
      summary.most_frequent.emplace_back(shown(kept_, code), counts_[code]);
    if (summary.type != ColumnType::text || values.type != ColumnType::text) return;
    std::vector<std::string_view> texts;
    for (size_t code = 0; code < values.rows; ++code) {
      if (!values.is_missing(code)) texts.push_back(values.texts[code]);
    }
    summary.separator = find_separator(texts);
  }

  void write_sketched(ColumnSummary& summary, size_t most_frequent) const {
    summary.distinct = sketch_.estimate();
    summary.distinct_is_estimate = true;
    summary.most_frequent.assign(frequent_.begin(), frequent_.end());
    std::ranges::sort(summary.most_frequent, [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    summary.most_frequent.resize(std::min(most_frequent, summary.most_frequent.size()));
    std::vector<std::string_view> texts;
    for (const auto& [text, count] : frequent_) texts.push_back(text);
    if (summary.type == ColumnType::text) summary.separator = find_separator(texts);
  }

  CodedColumn kept_;
  std::vector<uint64_t> counts_;
  std::optional<ValueCoder> coder_;  // empty once the values have been dropped
  ColumnStatistics figures_;
  DistinctSketch sketch_;
  std::unordered_map<std::string, uint64_t> frequent_;
};

// Drops the values of the columns that have the most of them, until the others fit.
void keep_within_memory(std::deque<ColumnCounter>& counters) {
  for (;;) {
    size_t all = 0;
    ColumnCounter* largest = &counters.front();
    for (ColumnCounter& counter : counters) {
      all += counter.bytes();
      if (counter.bytes() > largest->bytes()) largest = &counter;
    }
    if (all <= kMostBytes) return;
    largest->let_go();
  }
}

}  // namespace

std::vector<ColumnSummary> inspect(const Table& table, size_t most_frequent,
                                   const std::function<void(uint64_t rows)>& progress) {
  constexpr size_t kChunksAnInterval = 64;
  std::vector<ColumnRequest> requests;
  std::deque<ColumnCounter> counters;
  for (const ColumnInfo& column : table.columns()) {
    requests.push_back({column.name, ReadAs::text | ReadAs::number | ReadAs::time});
    counters.emplace_back(column.type == ColumnType::time ? ColumnType::text : column.type);
  }
  size_t chunks = 0;
  table.read(requests, [&](const Chunk& chunk) {
    for (size_t c = 0; c < counters.size(); ++c) counters[c].add(chunk.columns[c]);
    if (++chunks % kChunksAnInterval == 0) keep_within_memory(counters);
    if (progress) progress(chunk.first_row + chunk.rows);
  });
  std::vector<ColumnSummary> summaries;
  for (size_t c = 0; c < counters.size(); ++c) {
    const ColumnInfo& column = table.columns()[c];
    ColumnSummary& summary = summaries.emplace_back();
    summary.name = column.name, summary.sql_type = column.sql_type;
    counters[c].write(summary, most_frequent);
    if (summary.rows == summary.missing) summary.type = column.type;
  }
  return summaries;
}

// 1.100,50 shows what points and commas are, 1,100.50 and 7,52 what commas are, and 1,100 neither.
static int clearness(std::string_view advice) {
  if (advice.find("points separate") != advice.npos) return 2;
  return advice.find("decimal") == advice.npos || advice.find("thousands") == advice.npos ? 1 : 0;
}

std::string advice_on_commas(const ColumnSummary& column) {
  if (column.type != ColumnType::text) return "";
  std::string kept, example;
  for (const auto& [value, rows] : column.most_frequent) {
    double number = 0;
    if (means_missing(value) || looks_like_number(value, number)) continue;
    const std::string found = advice_on_number(value);
    if (found.empty()) return "";
    if (kept.empty() || clearness(found) > clearness(kept)) kept = found, example = value;
  }
  return kept.empty() ? "" : fmt::format(", such as '{}'{}", example, kept);
}

// Whether the most frequent values all do.
static bool has_outer_blanks(const ColumnSummary& column) {
  return column.type == ColumnType::text && !column.most_frequent.empty() &&
         std::ranges::all_of(column.most_frequent, [](const auto& value) {
           return trim_blanks(value.first).size() < value.first.size();
         });
}

std::vector<std::string> inspect_notes(const TableSource& source, const std::vector<ColumnSummary>& columns) {
  std::vector<std::string> notes, words;
  for (const ColumnSummary& column : columns) {
    if (const std::string advice = advice_on_commas(column); !advice.empty())
      notes.push_back(fmt::format("column '{}': contains text{}", column.name, advice));
    if (has_outer_blanks(column))
      notes.push_back(
          fmt::format("column '{}': its values begin or end with blanks; if these belong to the "
                      "delimiter, include them in --delimiter, or use --delimiter whitespace",
                      column.name));
  }
  for (const ColumnSummary& column : columns) {
    if (column.words_for_missing.empty()) continue;
    std::vector<std::string> found;
    for (const auto& [word, rows] : column.words_for_missing) {
      found.push_back(fmt::format("'{}' in {} row{}", word, rows, rows == 1 ? "" : "s"));
      if (std::ranges::find(words, word) == words.end()) words.push_back(word);
    }
    notes.push_back(fmt::format("column '{}': has {}", column.name, fmt::join(found, ", ")));
  }
  if (words.empty()) return notes;
  notes.push_back(fmt::format("{}: if {} a missing value, set --missing {} (missing = [\"{}\"] in [data])",
                              source.describe(), words.size() == 1 ? "this means" : "these mean",
                              fmt::join(words, ","), fmt::join(words, "\", \"")));
  return notes;
}

}  // namespace shortlist
