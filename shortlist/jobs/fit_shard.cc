#include "shortlist/jobs/fit_shard.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "shortlist/base/error.h"
#include "shortlist/config/read_config.h"
#include "shortlist/config/resolve.h"
#include "shortlist/io/file.h"
#include "shortlist/io/json.h"
#include "shortlist/io/sha256.h"
#include "shortlist/jobs/answer_shard.h"
#include "shortlist/jobs/counted_json.h"

namespace shortlist {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr const char* kCounts = "shortlist feature counts";
constexpr const char* kFeatures = "shortlist fitted features";
constexpr size_t kBlock = 1 << 16;  // values per line

// The settings that decide what is fitted: the features, and the rows that they are fitted on.
Value fitted_settings(const Config& config) {
  const DataSpec spec = resolve_data(config);
  Value::Table features;
  for (const FeatureConfig& feature : spec.features) {
    const Value* table = feature.embedding.find("table");
    features.emplace_back(feature.name,
                          Value(Value::Table{{"column", feature.column},
                                             {"kind", std::string(feature.settings->kind())},
                                             {"settings", feature.settings->write()},
                                             {"table", table == nullptr ? Value(std::string()) : *table}}));
  }
  SplitConfig split = spec.split;
  return Value(Value::Table{{"features", Value(std::move(features))},
                            {"split", write_fields(split)},
                            {"fit_on", std::string(enum_name(spec.fit_on))}});
}

// What differs between two such settings, or "".
std::string settings_difference(const json& file, const json& config) {
  if (file == config) return "";
  for (const auto& [name, feature] : config.at("features").items()) {
    if (!file.at("features").contains(name)) return fmt::format("feature '{}' is missing there", name);
    if (file["features"][name] != feature) return fmt::format("feature '{}' has other settings there", name);
  }
  for (const auto& [name, feature] : file.at("features").items())
    if (!config.at("features").contains(name)) return fmt::format("feature '{}' is only there", name);
  if (file.at("split") != config.at("split")) return "the split has other settings there";
  return "the rows to fit on differ";
}

// Writes text and keeps its checksum.
class CheckedFile {
 public:
  explicit CheckedFile(const std::string& path) : file_(path) {}
  void line(const json& line) {
    const std::string text = dump_json_line(line) + "\n";
    sha_.add(text);
    file_.write(text);
  }
  void commit() {
    file_.write(dump_json_line({{"sha256", sha_.hex()}}) + "\n");
    file_.commit();
  }

 private:
  AtomicFile file_;
  Sha256 sha_;
};

// Splits a file into lines, the last of which is the checksum of the others. Throws a data Error.
std::vector<std::string_view> checked_lines(std::string_view text, const std::string& path) {
  std::vector<std::string_view> lines;
  for (size_t begin = 0, end = 0; (end = text.find('\n', begin)) != text.npos; begin = end + 1)
    lines.push_back(text.substr(begin, end - begin));
  const bool whole = lines.size() >= 2 && text.ends_with('\n');
  const std::string expected =
      whole ? dump_json_line({{"sha256", sha256_hex(text.substr(0, text.size() - lines.back().size() - 1))}})
            : "";
  if (!whole || lines.back() != expected)
    throw data_error("{}: is not a file that `shortlist fit` wrote, or it is damaged", path);
  lines.pop_back();
  return lines;
}

void write_column(const CountedColumn& column, size_t place, CheckedFile& file) {
  for (size_t begin = 0; begin < column.column.distinct(); begin += kBlock) {
    json block = counted_to_json(column, begin, std::min(kBlock, column.column.distinct() - begin));
    block["column"] = place;
    file.line(block);
  }
}

struct ReadShard {
  std::string file;
  json header;
  std::vector<CountedColumn> columns;
  Shard shard;
};

ReadShard read_shard(const std::string& path) {
  ReadShard read{.file = path};
  const FileBytes bytes(path);
  const std::vector<std::string_view> lines = checked_lines(bytes.text(), path);
  reading_file(path, [&] {
    read.header = parse_json(lines[0], path);
    if (read.header.at("format") != kCounts) throw data_error("is not a file that `shortlist fit` wrote");
    if (read.header.at("version") != kVersion)
      throw data_error("has version {}, need {}", read.header.at("version").dump(), kVersion);
    read.shard = {read.header.at("shard").get<uint64_t>(), read.header.at("shards").get<uint64_t>()};
    for (const json& column : read.header.at("columns")) {
      read.columns.emplace_back();
      read.columns.back().column.name = column.at("name").get<std::string>();
      read.columns.back().column.values.type = type_from_json(column.at("stored"));
    }
    for (size_t i = 1; i < lines.size(); ++i) {
      const json block = parse_json(lines[i], path);
      add_from_json(block, read.columns.at(block.at("column").get<size_t>()));
    }
  });
  return read;
}

// Throws an Error if a shard does not belong to the first one's job.
void check_same_job(const ReadShard& first, const ReadShard& other) {
  const auto differs = [&](const std::string& what) {
    throw data_error("{} and {} do not belong together: {}", first.file, other.file, what);
  };
  if (other.shard.count != first.shard.count)
    differs(fmt::format("the first is one of {} shards, the second one of {}", first.shard.count,
                        other.shard.count));
  const std::string settings = settings_difference(other.header.at("settings"), first.header.at("settings"));
  if (!settings.empty()) differs("the configs differ: " + settings);
  for (const char* what : {"rows", "inputs", "date_format"})
    if (first.header.at(what) != other.header.at(what)) differs(fmt::format("the tables differ ({})", what));
  for (size_t c = 0; c < first.header.at("columns").size(); ++c)
    if (first.header["columns"][c].at("type") != other.header.at("columns").at(c).at("type"))
      differs("the tables differ (types of columns)");
}

void check_complete(const std::vector<ReadShard>& shards) {
  for (const ReadShard& shard : shards) check_same_job(shards.front(), shard);
  for (uint64_t index = 0; index < shards.front().shard.count; ++index) {
    const ReadShard* found = nullptr;
    for (const ReadShard& shard : shards) {
      if (shard.shard.index != index) continue;
      if (found != nullptr)
        throw data_error("{} and {} are both shard {}", found->file, shard.file, shard.shard.text());
      found = &shard;
    }
    if (found == nullptr)
      throw data_error("merge: shard {} of {} is missing", index, shards.front().shard.count);
  }
}

json features_json(const FittedFeatures& fitted, const json& settings) {
  json digests = json::object();
  for (const auto& [column, digest] : fitted.digests)
    digests[column] = {fmt::format("{:016x}", digest.all), fmt::format("{:016x}", digest.fitted)};
  return {{"format", kFeatures},
          {"version", kVersion},
          {"rows", fitted.rows},
          {"fitted", fitted.fitted},
          {"settings", settings},
          {"columns", std::move(digests)},
          {"map", fitted.features.to_json()}};
}

std::string checksum_of(json file) {
  file.erase("checksum");
  return sha256_hex(dump_json(file));
}

}  // namespace

FittedRows fit_shard(const Config& config, Shard shard, const std::string& out) {
  const DataSpec spec = resolve_data(config);
  const Table table = Table::open(config.data.source());
  const CountedShard counted = count_shard(spec, table, shard);
  json columns = json::array();
  for (size_t c = 0; c < counted.columns.size(); ++c) {
    const CodedColumn& column = counted.columns[c].column;
    columns.push_back({{"name", column.name},
                       {"type", type_to_json(counted.types[c])},
                       {"stored", type_to_json(column.values.type)}});
  }
  CheckedFile file(out);
  file.line({{"format", kCounts},
             {"version", kVersion},
             {"shard", shard.index},
             {"shards", shard.count},
             {"rows", counted.table_rows},
             {"fitted", counted.fitted},
             {"settings", to_json(fitted_settings(config))},
             {"config", dump_json_value_line(config.written)},
             {"inputs", describe_inputs(table)},
             {"date_format", table.source().date_format},
             {"columns", std::move(columns)}});
  for (size_t c = 0; c < counted.columns.size(); ++c) write_column(counted.columns[c], c, file);
  file.commit();
  return {counted.table_rows, counted.rows, counted.fitted};
}

FittedRows merge_fits(const std::vector<std::string>& files, const std::string& out) {
  std::vector<ReadShard> shards;
  for (const std::string& file : files) shards.push_back(read_shard(file));
  check_complete(shards);
  const ReadShard& first =
      *std::ranges::min_element(shards, {}, [](const ReadShard& s) { return s.shard.index; });
  const Config config =
      read_config(parse_json_value(first.header.at("config").get<std::string>(), first.file), first.file);
  FittedRows rows{.in_table = first.header.at("rows").get<uint64_t>()};
  for (const ReadShard& shard : shards) rows.fitted += shard.header.at("fitted").get<uint64_t>();
  rows.in_shard = rows.in_table;
  std::vector<CountedColumn> joined;
  for (size_t c = 0; c < first.columns.size(); ++c) {
    std::vector<const CountedColumn*> parts;
    for (const ReadShard& shard : shards) parts.push_back(&shard.columns.at(c));
    joined.push_back(join_parts(type_from_json(first.header.at("columns")[c].at("type")), parts));
  }
  FittedFeatures fitted = fit_counted(resolve_data(config), std::move(joined), rows.in_table,
                                      first.header.at("date_format").get<std::string>());
  fitted.fitted = rows.fitted;
  json file = features_json(fitted, first.header.at("settings"));
  file["checksum"] = checksum_of(file);
  write_file_atomically(out, dump_json(file));
  return rows;
}

FittedFeatures load_fitted_features(const std::string& path, const Config& config) {
  const json file = load_json(path);
  FittedFeatures fitted{.file = path};
  std::string difference;
  reading_file(path, [&] {
    if (!file.is_object() || file.value("format", "") != kFeatures)
      throw data_error("is not a file that `shortlist merge` wrote");
    if (file.at("version") != kVersion)
      throw data_error("has version {}, need {}", file.at("version").dump(), kVersion);
    if (file.at("checksum").get<std::string>() != checksum_of(file))
      throw data_error("its checksum is wrong: it was modified or damaged");
    difference = settings_difference(file.at("settings"), to_json(fitted_settings(config)));
    fitted.rows = file.at("rows").get<uint64_t>();
    fitted.fitted = file.at("fitted").get<uint64_t>();
    for (const auto& [column, digest] : file.at("columns").items())
      fitted.digests[column] = {std::stoull(digest.at(0).get<std::string>(), nullptr, 16),
                                std::stoull(digest.at(1).get<std::string>(), nullptr, 16)};
    fitted.features = FeatureMap::from_json(file.at("map"));
  });
  if (!difference.empty())
    throw usage_error("--features: {} was fitted with another config: {}", path, difference);
  return fitted;
}

}  // namespace shortlist
