#include "shortlist/init/toml_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "shortlist/base/fields.h"

namespace shortlist {

std::string quoted(const std::string& text) { return to_toml(Value(text)); }

std::string list_of(const std::vector<std::string>& texts) {
  Value::Array array;
  for (const std::string& text : texts) array.push_back(Value(text));
  return to_toml(Value(std::move(array)));
}

std::string key_of(const std::string& name) {
  const bool bare = !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || c == '_' || c == '-');
  });
  return bare ? name : quoted(name);
}

std::string in_comment(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

std::string Section::text() const {
  size_t keys = 0, column = 0;
  for (const Line& line : lines_) keys = std::max(keys, line.key.size());
  for (const Line& line : lines_) {
    const size_t width = keys + 3 + line.value.size();
    if (!line.comment.empty() && width <= kLongestAligned) column = std::max(column, width);
  }
  std::string out = header_ + "\n";
  for (const Line& line : lines_) out += line.text(keys, column);
  return out + "\n";
}

std::string Section::Line::text(size_t keys, size_t column) const {
  if (key.empty()) return value + "\n";
  const std::string setting = fmt::format("{:<{}} = {}", key, keys, value);
  if (comment.empty()) return setting + "\n";
  const std::string behind = fmt::format("{:<{}}  # {}", setting, column, in_comment(comment));
  if (behind.size() <= kLongestLine) return behind + "\n";
  return fmt::format("# {}\n{}\n", in_comment(comment), setting);
}

void add_source(const TableSource& source, const std::string& flag, Section& section) {
  if (!source.sql.empty()) section.add("sql", quoted(source.sql));
  if (!source.path.empty()) section.add("table", quoted(source.path), fmt::format("{} replaces it", flag));
  if (!source.delimiter.empty()) section.add("delimiter", quoted(source.delimiter));
  if (!source.encoding.empty()) section.add("encoding", quoted(source.encoding));
  if (source.quote) section.add("quote", quoted(*source.quote));
  if (!source.comment.empty()) section.add("comment", quoted(source.comment));
  if (!source.decimal.empty()) section.add("decimal", quoted(source.decimal));
  if (!source.thousands.empty()) section.add("thousands", quoted(source.thousands));
  if (!source.date_format.empty()) section.add("date_format", quoted(source.date_format));
  if (!source.missing.empty())
    section.add("missing", list_of(source.missing), "texts that mean a missing value");
}

void add_given_header(const TableSource& source, Section& section) {
  if (source.header) section.add("header", *source.header ? "true" : "false");
  if (!source.columns.empty()) section.add("columns", list_of(source.columns));
}

}  // namespace shortlist
