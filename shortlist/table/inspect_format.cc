#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "shortlist/table/inspect.h"
#include "shortlist/table/time_text.h"

namespace shortlist {
namespace {

// Width on a terminal, in characters.
size_t width_of(std::string_view text) {
  size_t width = 0;
  utf8proc_int32_t character = 0;
  for (size_t at = 0; at < text.size();) {
    const auto bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                        static_cast<utf8proc_ssize_t>(text.size() - at), &character);
    width += bytes > 0 ? static_cast<size_t>(utf8proc_charwidth(character)) : 1;
    at += bytes > 0 ? static_cast<size_t>(bytes) : 1;
  }
  return width;
}

// On one line, truncated to a readable length.
std::string cell(std::string_view text) {
  constexpr size_t kMostBytes = 32;
  const bool cut = text.size() > kMostBytes;
  size_t end = cut ? kMostBytes : text.size();
  while (cut && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  std::string out(text.substr(0, end));
  std::replace_if(
      out.begin(), out.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return cut ? out + "..." : out;
}

std::string number_text(const std::optional<double>& number) {
  return number.has_value() ? fmt::format("{:.6g}", *number) : "";
}

// The range of numbers, or the length of texts and lists.
std::string values_text(const ColumnSummary& s) {
  if (s.type == ColumnType::time && s.min.has_value()) {
    return fmt::format("{} to {}", time_text(*s.min), time_text(*s.max));
  }
  if (s.min.has_value() && s.type != ColumnType::text) {
    return fmt::format("{} to {}, mean {}", number_text(s.min), number_text(s.max), number_text(s.mean));
  }
  if (s.average_words.has_value()) return fmt::format("{:.1f} words", *s.average_words);
  return s.average_length.has_value() ? fmt::format("{:.1f} elements", *s.average_length) : "";
}

std::string most_frequent_text(const ColumnSummary& s) {
  std::string out;
  for (const auto& [value, rows] : s.most_frequent) {
    out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", cell(value), rows);
  }
  return out;
}

using Rows = std::vector<std::vector<std::string>>;

std::string aligned(const Rows& rows, const std::vector<bool>& right) {
  std::vector<size_t> widths(right.size());
  for (const auto& row : rows) {
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string space(widths[c] - width_of(row[c]), ' ');
      line += (c > 0 ? "  " : "") + (right[c] ? space + row[c] : row[c] + space);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

void set_optional(nlohmann::json& object, const char* name, const std::optional<double>& value) {
  if (value.has_value()) object[name] = *value;
}

}  // namespace

std::string_view column_type_name(ColumnType type) {
  static constexpr std::string_view names[] = {"text", "integer", "number", "time", "list"};
  return names[static_cast<size_t>(type)];
}

std::string inspect_text(const TableSource& source, const std::vector<ColumnSummary>& columns) {
  Rows rows = {{"column", "type", "missing", "distinct", "values", "most frequent"}};
  for (const ColumnSummary& s : columns) {
    rows.push_back({cell(s.name), std::string(column_type_name(s.type)), fmt::format("{}", s.missing),
                    fmt::format("{}{}", s.distinct_is_estimate ? "~" : "", s.distinct), values_text(s),
                    most_frequent_text(s)});
  }
  return fmt::format("{}: {} rows, {} columns\n\n{}", source.describe(),
                     columns.empty() ? 0 : columns[0].rows, columns.size(),
                     aligned(rows, {false, false, true, true, false, false}));
}

nlohmann::json inspect_json(const TableSource& source, const std::vector<ColumnSummary>& columns) {
  nlohmann::json all = nlohmann::json::array();
  for (const ColumnSummary& s : columns) {
    nlohmann::json column = {{"name", s.name},
                             {"type", column_type_name(s.type)},
                             {"sql_type", s.sql_type},
                             {"missing", s.missing},
                             {"distinct", s.distinct}};
    if (s.distinct_is_estimate) column["distinct_is_estimate"] = true;
    set_optional(column, "min", s.min);
    set_optional(column, "max", s.max);
    set_optional(column, "mean", s.mean);
    set_optional(column, "average_length", s.average_length);
    set_optional(column, "average_words", s.average_words);
    column["most_frequent"] = nlohmann::json::array();
    for (const auto& [value, rows] : s.most_frequent) {
      column["most_frequent"].push_back({{"value", value}, {"rows", rows}});
    }
    all.push_back(std::move(column));
  }
  return {{"table", source.describe()}, {"rows", columns.empty() ? 0 : columns[0].rows}, {"columns", all}};
}

}  // namespace shortlist
