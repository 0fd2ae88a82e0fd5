#include "shortlist/cli/words.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace shortlist {

Record parse_record(const char* flag, const std::vector<std::string>& texts) {
  Record record;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw usage_error("{} '{}': need column=value, such as type=TV", flag, text);
    }
    std::string name = text.substr(0, equals);
    if (std::ranges::find(record, name, &std::pair<std::string, std::string>::first) != record.end()) {
      throw usage_error("{}: column '{}' is given twice", flag, name);
    }
    record.emplace_back(std::move(name), text.substr(equals + 1));
  }
  return record;
}

double short_double(float value) { return std::strtod(fmt::format("{}", value).c_str(), nullptr); }

std::string predicted_column(const std::string& label) { return "predicted_" + label; }

Value record_value(const Record& record) {
  Value::Table table;
  for (const auto& [name, value] : record) table.emplace_back(name, Value(value));
  return Value(std::move(table));
}

Value attributes_value(const Recommender& recommender, uint32_t item) {
  Value::Table table;
  for (const Attribute& attribute : recommender.attributes())
    table.emplace_back(attribute.name, to_value(attribute, attribute.values[item]));
  return Value(std::move(table));
}

Value::Table id_value(const Recommender& recommender, uint32_t item, size_t rank) {
  Value::Table value{{"rank", static_cast<int64_t>(rank)}, {"id", recommender.item_id(item)}};
  if (const auto display = recommender.display())
    value.emplace_back("display", recommender.attribute(*display, item));
  return value;
}

std::vector<size_t> other_attributes(const Recommender& recommender) {
  std::vector<size_t> others;
  for (size_t a = 0; a < recommender.attribute_names().size(); ++a)
    if (a != recommender.display() && a != recommender.display_image()) others.push_back(a);
  return others;
}

std::string shell_quoted(const std::string& argument) {
  const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  if (!argument.empty() && argument.find_first_not_of(plain) == std::string::npos) return argument;
  std::string quoted = "'";
  for (char c : argument) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

void print_data(const std::string& text) { write_output(text); }

}  // namespace shortlist
