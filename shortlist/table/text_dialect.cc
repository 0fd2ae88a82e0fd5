#include "shortlist/table/text_dialect.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "shortlist/base/error.h"
#include "shortlist/base/letter_case.h"
#include "shortlist/table/text_value.h"
#include "shortlist/table/time_format.h"

namespace shortlist {
namespace {

using Records = std::vector<TextRecord>;

constexpr double kLeastShare = 0.7;  // of rows that must have the most frequent number of columns

// Splits one row off lines[at...].
class RowSplitter {
 public:
  RowSplitter(const std::vector<std::string>& lines, const TextDialect& dialect)
      : lines_(lines), dialect_(dialect) {}

  TextRecord take(size_t& at) {
    TextRecord record;
    record.line = at;
    line_ = lines_[at];
    do take_value(record, at);
    while (take_delimiter());
    ++at;
    return record;
  }

 private:
  bool starts_with(const std::string& text) const { return !text.empty() && line_.starts_with(text); }
  bool take_delimiter() {
    if (!starts_with(dialect_.delimiter)) return false;
    line_.remove_prefix(dialect_.delimiter.size());
    return true;
  }
  void take_value(TextRecord& record, size_t& at) {
    const bool quoted = starts_with(dialect_.quote);
    record.quoted.push_back(quoted);
    if (quoted) {
      line_.remove_prefix(dialect_.quote.size());
      record.values.push_back(take_quoted(record, at));
      if (line_.empty() || starts_with(dialect_.delimiter)) return;
      record.well = false;
    } else {
      record.values.emplace_back();
    }
    const size_t end = std::min(line_.find(dialect_.delimiter), line_.size());
    record.values.back() += line_.substr(0, end);
    line_.remove_prefix(end);
  }
  std::string take_quoted(TextRecord& record, size_t& at) {
    std::string value;
    for (;;) {
      if (line_.empty()) {
        if (at + 1 == lines_.size()) {
          record.whole = false;
          return value;
        }
        value += '\n';
        line_ = lines_[++at];
      } else if (line_.size() >= 2 && starts_with(dialect_.escape) && is_escaped(line_[1])) {
        value += line_[1];
        line_.remove_prefix(2);
      } else if (starts_with(dialect_.quote)) {
        line_.remove_prefix(dialect_.quote.size());
        return value;
      } else {
        value += line_[0];
        line_.remove_prefix(1);
      }
    }
  }
  bool is_escaped(char c) const { return c == dialect_.quote[0] || c == dialect_.escape[0]; }

  const std::vector<std::string>& lines_;
  const TextDialect& dialect_;
  std::string_view line_;
};

TextRecord split_at_blanks(const std::string& line, size_t at) {
  TextRecord record;
  record.line = at;
  size_t begin = 0;
  while ((begin = line.find_first_not_of(" \t", begin)) != line.npos) {
    const size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    record.values.push_back(line.substr(begin, end - begin));
    record.quoted.push_back(false);
    begin = end;
  }
  return record;
}

// The number of columns of most rows, and the share of rows that have it.
struct Width {
  size_t columns = 0;
  double share = 0;
};

Width most_frequent_width(const Records& records) {
  std::map<size_t, size_t> counts;
  for (const TextRecord& record : records) ++counts[record.values.size()];
  Width width;
  size_t most = 0;
  for (const auto& [columns, rows] : counts) {
    if (rows >= most) width.columns = columns, most = rows;
  }
  if (!records.empty()) width.share = static_cast<double>(most) / static_cast<double>(records.size());
  return width;
}

bool is_nothing(std::string_view value) {
  constexpr std::string_view kWords[] = {"na", "n/a", "nan", "null", "none"};
  const std::string lower = lower_case(std::string(trim_blanks(value)));
  return lower.empty() || std::ranges::find(kWords, lower) != std::end(kWords);
}

// Whether the value is a number in any country's notation, or a time: enough to distinguish values from
// names.
bool is_number_or_time(std::string_view value) {
  double number = 0;
  if (parse_number(value, number) || parse_iso_time(value, number)) return true;
  value = trim_blanks(value);
  return !value.empty() && value.find_first_not_of("0123456789.,:/-+ ") == value.npos &&
         std::ranges::any_of(value, [](unsigned char c) { return std::isdigit(c) != 0; });
}

// The values of a column after the first row, within the first lines of the file.
struct ColumnView {
  bool all_numbers = false;  // and there is at least one
  bool comes_again = false;  // most values occur several times
  std::set<std::string_view> values;
};

ColumnView view_column(const Records& records, size_t column) {
  ColumnView view;
  size_t count = 0, numbers = 0;
  for (size_t r = 1; r < records.size(); ++r) {
    if (column >= records[r].values.size() || is_nothing(records[r].values[column])) continue;
    const std::string& value = records[r].values[column];
    ++count;
    numbers += is_number_or_time(value) && !records[r].quoted[column] ? 1 : 0;
    view.values.insert(value);
  }
  view.all_numbers = count > 0 && numbers == count;
  view.comes_again = 2 * view.values.size() <= count;
  return view;
}

enum class Evidence { names, data, none };

// Whether the first row contains names: a word above numbers, or a word that never recurs in a column whose
// other values do. A value that recurs below is data.
Evidence look_at_first_row(const Records& records) {
  if (records.empty()) return Evidence::names;
  const std::vector<std::string>& first = records[0].values;
  if (records.size() == 1) {
    return std::ranges::any_of(first, is_number_or_time) ? Evidence::data : Evidence::names;
  }
  bool numbers_in_all = false, again = false, distinct = false;
  for (size_t c = 0; c < first.size(); ++c) {
    const ColumnView view = view_column(records, c);
    if (is_nothing(first[c])) continue;
    if (view.all_numbers && !is_number_or_time(first[c])) return Evidence::names;
    numbers_in_all = numbers_in_all || (view.all_numbers && is_number_or_time(first[c]));
    again = again || view.values.contains(first[c]);
    distinct = distinct || (view.comes_again && !view.values.contains(first[c]));
  }
  if (numbers_in_all || again) return Evidence::data;
  return distinct ? Evidence::names : Evidence::none;
}

// Makes names valid for a database: not empty, and unique when case is ignored.
std::vector<std::string> distinct_names(std::vector<std::string> names) {
  std::set<std::string> taken;
  for (size_t c = 0; c < names.size(); ++c) {
    if (names[c].empty()) names[c] = fmt::format("column{}", c);
    const std::string name = names[c];
    for (int n = 1; !taken.insert(lower_case(names[c])).second; ++n) names[c] = fmt::format("{}_{}", name, n);
  }
  return names;
}

// A delimiter, and how consistently it splits the lines into rows of equal width.
struct Candidate {
  TextDialect dialect;
  Records records;
  Width width;
  bool first_fits = false;

  bool splits() const { return width.columns >= 2 && width.share >= kLeastShare; }
  auto rank() const {
    return std::tuple(splits(), first_fits, static_cast<int>(100 * width.share), width.columns);
  }
};

bool only_the_last_is_empty(const Records& records, size_t columns) {
  return std::ranges::all_of(records.begin() + 1, records.end(), [&](const TextRecord& record) {
    return record.values.size() != columns || record.values.back().empty();
  });
}

Candidate try_delimiter(const TableSource& source, const std::vector<std::string>& lines, bool cut,
                        const std::string& delimiter) {
  Candidate candidate;
  TextDialect& dialect = candidate.dialect;
  dialect.delimiter = delimiter;
  dialect.quote = delimiter == kWhitespace ? "" : source.quote.value_or("\"");
  dialect.escape = dialect.quote;
  const auto split = [&] { return split_lines(lines, dialect, source.comment); };
  const auto well = [](const TextRecord& record) { return record.well; };
  candidate.records = split();
  if (!dialect.quote.empty() && !std::ranges::all_of(candidate.records, well)) {
    dialect.escape = "\\";
    Records escaped = split();
    if (std::ranges::all_of(escaped, well)) {
      candidate.records = std::move(escaped);
    } else {
      dialect.escape = dialect.quote;
    }
  }
  if (cut && candidate.records.size() > 1 && !candidate.records.back().whole) candidate.records.pop_back();
  candidate.width = most_frequent_width(candidate.records);
  if (candidate.records.empty()) return candidate;
  const size_t first = candidate.records[0].values.size(), columns = candidate.width.columns;
  candidate.first_fits =
      first == columns || (first + 1 == columns && only_the_last_is_empty(candidate.records, columns));
  return candidate;
}

// Every text contains blanks, so they count only if they separate numbers.
bool parts_numbers(const Candidate& candidate) {
  if (!candidate.splits() || !candidate.first_fits || candidate.records.size() < 2) return false;
  for (size_t c = 0; c < candidate.width.columns; ++c) {
    if (view_column(candidate.records, c).all_numbers) return true;
  }
  return false;
}

Candidate find_delimiter(const TableSource& source, const std::vector<std::string>& lines, bool cut) {
  if (!source.delimiter.empty()) return try_delimiter(source, lines, cut, source.delimiter);
  Candidate best;
  for (const char* delimiter : {",", "\t", ";", "|", "::"}) {
    Candidate candidate = try_delimiter(source, lines, cut, delimiter);
    if (best.records.empty() || candidate.rank() > best.rank()) best = std::move(candidate);
  }
  if (best.splits() && best.first_fits) return best;
  Candidate blanks = try_delimiter(source, lines, cut, std::string(kWhitespace));
  if (parts_numbers(blanks) && !best.splits()) return blanks;
  return best.splits() ? best : try_delimiter(source, lines, cut, ",");
}

void check_first_row(const TableSource& source, const std::vector<std::string>& lines,
                     const Candidate& found) {
  const TextRecord& first = found.records[0];
  if (found.first_fits || found.width.share < kLeastShare) return;
  std::string advice =
      source.delimiter.empty()
          ? "; if values are separated by something else, set --delimiter (delimiter in [data])"
          : "";
  if (lines[first.line].starts_with('#')) {
    advice = "; if lines that begin with # are comments, use --comment '#' (comment = \"#\" in [data])";
  }
  throw data_error("{}:{}: the row has {}, but most rows have {}{}", source.describe(), first.line + 1,
                   columns_text(first.values.size()), found.width.columns, advice);
}

// RecBole's atomic files have a type after each name, such as "user_id:token". If all names have one, returns
// the names alone.
std::vector<std::string> without_types(std::vector<std::string> names) {
  constexpr std::string_view kTypes[] = {":token", ":token_seq", ":float", ":float_seq"};
  std::vector<std::string> plain;
  for (const std::string& name : names) {
    const auto type = std::ranges::find_if(
        kTypes, [&](std::string_view of) { return name.size() > of.size() && name.ends_with(of); });
    if (type == std::end(kTypes)) return names;
    plain.push_back(name.substr(0, name.size() - type->size()));
  }
  return plain;
}

}  // namespace

std::string columns_text(size_t count) { return fmt::format("{} column{}", count, count == 1 ? "" : "s"); }

std::vector<TextRecord> split_lines(const std::vector<std::string>& lines, const TextDialect& dialect,
                                    std::string_view comment) {
  Records records;
  RowSplitter splitter(lines, dialect);
  for (size_t at = 0; at < lines.size();) {
    const std::string_view line = trim_blanks(lines[at]);
    if (line.empty() || (!comment.empty() && line.starts_with(comment))) {
      ++at;
    } else if (dialect.delimiter == kWhitespace) {
      records.push_back(split_at_blanks(lines[at], at));
      ++at;
    } else {
      records.push_back(splitter.take(at));
    }
  }
  return records;
}

TextDialect find_dialect(const TableSource& source, const std::vector<std::string>& lines, bool cut) {
  Candidate found = find_delimiter(source, lines, cut);
  TextDialect dialect = found.dialect;
  if (found.records.empty()) throw data_error("{}: the file has no rows", source.describe());
  check_first_row(source, lines, found);
  const size_t columns = std::max(found.width.columns, found.records[0].values.size());
  const Evidence evidence = source.header             ? (*source.header ? Evidence::names : Evidence::data)
                            : !source.columns.empty() ? Evidence::data
                                                      : look_at_first_row(found.records);
  dialect.header = evidence != Evidence::data;
  std::vector<std::string> names = source.columns;
  if (!names.empty() && names.size() != columns) {
    throw data_error("{}: got {} column names, but the file has {}", source.describe(), names.size(),
                     columns_text(columns));
  }
  if (names.empty() && dialect.header) names = without_types(found.records[0].values);
  names.resize(columns);
  dialect.names = distinct_names(std::move(names));
  if (evidence == Evidence::none) {
    dialect.note = fmt::format(
        "{}: the first line is read as column names, although nothing distinguishes it from the others; if "
        "it is data, use --no-header (header = false in [data])",
        source.describe());
  } else if (!source.header && source.columns.empty() && !dialect.header) {
    dialect.note = fmt::format(
        "{}: the first line does not look like names, so the columns are named column0, column1, ...; to "
        "name them, use --columns (columns in [data]), or --header (header = true) to take the names from "
        "the first line",
        source.describe());
  }
  return dialect;
}

}  // namespace shortlist
