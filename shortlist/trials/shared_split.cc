#include "shortlist/trials/shared_split.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "shortlist/config/resolve.h"
#include "shortlist/io/json.h"
#include "shortlist/io/npy.h"
#include "shortlist/io/sha256.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

// The settings of a section that differ from their defaults.
template <typename Section>
Value::Table changed_settings(const Section& section) {
  const Value defaults = write_fields(Section());
  const Value all = write_fields(section);
  Value::Table changed;
  for (const auto& [name, value] : *all.table()) {
    const Value* standard = defaults.find(name);
    if (standard == nullptr || to_toml(*standard) != to_toml(value)) changed.emplace_back(name, value);
  }
  return changed;
}

Value text(const std::string& of) { return Value(of); }
Value count(size_t of) { return Value(static_cast<double>(of)); }

// A size of 1 would be a share.
Value part(size_t rows) { return rows == 1 ? Value(1.0000001) : count(rows); }

Value split_value(const SharedSplit& split) {
  return Value(Value::Table{{"by", text("rows")},
                            {"rows", text(split.rows)},
                            {"train", part(split.train)},
                            {"validation", part(split.validation)},
                            {"test", part(split.test)}});
}

// The column that orders the rows, which may come from the split.
void add_time(const DataSpec& spec, Value::Table& data) {
  if (spec.time.empty() ||
      std::ranges::find(data, "time", &std::pair<std::string, Value>::first) != data.end())
    return;
  Value::Table time = {{"column", text(spec.time)}};
  if (spec.time_form.unit) time.emplace_back("unit", write_value(*spec.time_form.unit));
  if (spec.time_form.format) time.emplace_back("format", text(*spec.time_form.format));
  data.emplace_back("time", Value(std::move(time)));
}

}  // namespace

SharedSplit write_shared_split(const Config& config, const std::string& file, bool without_test) {
  const Table table = Table::open(config.data.source());
  SharedSplit shared{.rows = std::filesystem::absolute(file).lexically_normal().string()};
  std::vector<int64_t> rows;
  std::string content;
  inspect_data(resolve_data(config), table, [&](const DataColumns& columns, const Split& split) {
    content = dump_json(to_json(fingerprint_of(columns)));
    const auto add = [&](const std::vector<uint32_t>& part, size_t& size) {
      rows.insert(rows.end(), part.begin(), part.end());
      size = part.size();
    };
    add(split.train, shared.train);
    add(split.validation, shared.validation);
    if (!without_test) add(split.test, shared.test);
  });
  content.append(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof rows[0]);
  content += fmt::format("{} {} {}", shared.train, shared.validation, shared.test);
  shared.hash = sha256_hex(content);
  write_npy(file, std::span<const int64_t>(rows));
  return shared;
}

Value settings_on(const SharedSplit& split, const Config& config, const Config& data) {
  Value::Table section = changed_settings(data.data);
  std::erase_if(section, [](const auto& setting) { return setting.first == "split"; });
  section.emplace_back("split", split_value(split));
  add_time(resolve_data(data), section);
  Value root = config.written;
  set_path(root, "data", Value(std::move(section)));
  return root;
}

Value settings_anywhere(const Config& config) {
  Value root = config.written;
  set_path(root, "data", Value(changed_settings(config.data)));
  if (!config.items.table.empty()) set_path(root, "items.table", text(config.items.table));
  if (config.users && !config.users->table.empty()) set_path(root, "users.table", text(config.users->table));
  return root;
}

std::vector<std::string> table_options(const Config& config) {
  std::vector<std::string> options = {"--data", config.data.table_text()};
  if (config.items.has_table()) options.insert(options.end(), {"--items", config.items.table_text()});
  if (config.users && config.users->has_table())
    options.insert(options.end(), {"--users", config.users->table_text()});
  return options;
}

}  // namespace shortlist
