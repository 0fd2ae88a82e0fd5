#include "shortlist/features/feature_map.h"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "shortlist/base/value.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/feature_kinds.h"
#include "shortlist/features/history.h"
#include "shortlist/io/json.h"

namespace shortlist {
namespace {

size_t place_column(std::vector<std::string>& columns, const std::string& column) {
  const auto at = std::find(columns.begin(), columns.end(), column);
  const auto place = static_cast<size_t>(at - columns.begin());
  if (at == columns.end()) columns.push_back(column);
  return place;
}

FeatureMap::Entry entry_from_json(const nlohmann::json& json) {
  const nlohmann::json& feature = json.at("feature");
  const auto kind_name = feature.at("kind").get<std::string>();
  const FeatureKind* kind = find_feature_kind(kind_name);
  if (kind == nullptr) {
    throw data_error("feature map: got kind '{}', need one of {}", kind_name, feature_kind_names());
  }
  return {json.at("name").get<std::string>(), json.at("column").get<std::string>(), kind->load(feature)};
}

bool is_history(const nlohmann::json& entry) {
  return entry.at("feature").at("kind").get<std::string>() == HistorySettings::kind;
}

// A history reads another feature of the map.
FeatureMap::Entry history_from_json(const nlohmann::json& json,
                                    const std::vector<FeatureMap::Entry>& others) {
  const nlohmann::json& feature = json.at("feature");
  const auto of = feature.at("settings").at("of").get<std::string>();
  const auto found = std::ranges::find(others, of, &FeatureMap::Entry::name);
  if (found == others.end()) throw data_error("feature map: a history reads '{}', which is missing", of);
  return {json.at("name").get<std::string>(), json.at("column").get<std::string>(),
          HistoryFeature::load(feature, found->feature)};
}

// Features fitted by older versions have no forms. If all ids of a category are numbers as those versions
// printed them, its column had numbers.
ColumnForms forms_of_older(const std::vector<FeatureMap::Entry>& entries) {
  ColumnForms forms;
  for (const FeatureMap::Entry& entry : entries) {
    if (entry.feature->kind() != "category") continue;
    bool integers = true, numbers = true;
    size_t known = 0;
    for (int32_t id = 0; id < entry.feature->id_count() && numbers; ++id) {
      const std::string token = entry.feature->token(id);
      if (token.empty() || token.front() == '[') continue;
      double number = 0;
      char digits[32];
      integers = integers && plain_integer(token) == token;
      numbers = parse_number(token, number) && write_number(number, digits) == token;
      ++known;
    }
    if (known > 0 && numbers)
      forms[entry.column] = integers ? ColumnForm{ColumnType::integer, TextForm::integer}
                                     : ColumnForm{ColumnType::number, TextForm::number};
  }
  return forms;
}

template <typename T>
void take(const std::vector<T>& from, std::span<const uint32_t> rows, std::vector<T>& to) {
  if (from.empty()) return;
  to.reserve(rows.size());
  for (uint32_t row : rows) to.push_back(from[row]);
}

void take_lists(const Column& from, std::span<const uint32_t> rows, Column& to) {
  std::vector<uint32_t> elements;
  to.offsets = {0};
  for (uint32_t row : rows) {
    for (uint32_t at = from.offsets[row]; at < from.offsets[row + 1]; ++at) elements.push_back(at);
    to.offsets.push_back(static_cast<uint32_t>(elements.size()));
  }
  to.elements = std::make_shared<Column>(take_rows(*from.elements, elements));
}

}  // namespace

FeatureMap::FeatureMap(std::vector<Entry> entries, ColumnForms forms)
    : entries_(std::move(entries)), forms_(std::make_shared<ColumnForms>(std::move(forms))) {
  for (const Entry& entry : entries_) {
    std::vector<size_t>& columns = columns_of_.emplace_back();
    columns.push_back(place_column(columns_, entry.column));
    for (const ColumnRequest& further : entry.feature->further_columns())
      columns.push_back(place_column(columns_, further.name));
  }
}

size_t FeatureMap::position(std::string_view name) const {
  std::vector<std::string> known;
  for (size_t i = 0; i < size(); ++i) {
    if (entries_[i].name == name) return i;
    known.push_back(entries_[i].name);
  }
  const std::string near = nearest(name, known);
  throw usage_error("no feature '{}'{}", name, near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

FeatureMap FeatureMap::select(std::span<const std::string> names) const {
  std::vector<Entry> entries;
  for (const std::string& name : names) entries.push_back(entries_[position(name)]);
  FeatureMap selected(std::move(entries));
  selected.forms_ = forms_;
  return selected;
}

TextForm FeatureMap::form(std::string_view column) const {
  const auto found = forms_->find(column);
  return found == forms_->end() ? TextForm::text : found->second.form;
}

std::vector<ColumnRequest> FeatureMap::requests() const {
  std::vector<ColumnRequest> requests;
  for (const std::string& name : columns_) requests.push_back({name});
  for (size_t i = 0; i < size(); ++i) {
    ColumnRequest& request = requests[column_of(i)];
    request.as = request.as | read_as(entries_[i].feature->kind());
    const std::vector<ColumnRequest> further = entries_[i].feature->further_columns();
    for (size_t c = 0; c < further.size(); ++c) {
      ColumnRequest& other = requests[columns_of_[i][c + 1]];
      other.as = other.as | further[c].as;
    }
  }
  return requests;
}

void FeatureMap::encode(std::span<const Column> columns, EncodedRows& out, std::span<uint64_t> unseen) const {
  SHORTLIST_CHECK(columns.size() >= columns_.size());
  SHORTLIST_CHECK(unseen.empty() || unseen.size() == size());
  out.columns.resize(size());
  std::deque<std::string> memory;
  std::vector<Column> formed;
  for (size_t c = 0; c < columns_.size(); ++c)
    formed.push_back(in_form(columns[c], form(columns_[c]), memory));
  for (size_t i = 0; i < size(); ++i) {
    std::vector<const Column*> read;
    for (const size_t c : columns_of_[i]) read.push_back(&formed[c]);
    out.columns[i].width = entries_[i].feature->width();
    try {
      entries_[i].feature->encode_rows(read, out.columns[i], unseen.empty() ? nullptr : &unseen[i]);
    } catch (const RowError& error) {
      throw error.column().empty() ? error.in_column(entries_[i].column) : error;
    }
  }
  if (!columns.empty()) out.rows += columns[0].rows;
}

nlohmann::json FeatureMap::to_json() const {
  nlohmann::json features = nlohmann::json::array();
  for (const Entry& entry : entries_) {
    features.push_back(
        {{"name", entry.name}, {"column", entry.column}, {"feature", entry.feature->to_json()}});
  }
  return {{"features", std::move(features)}, {"columns", forms_to_json(*forms_)}};
}

FeatureMap FeatureMap::from_json(const nlohmann::json& json) {
  try {
    std::vector<Entry> entries;
    for (const nlohmann::json& entry : json.at("features"))
      if (!is_history(entry)) entries.push_back(entry_from_json(entry));
    for (const nlohmann::json& entry : json.at("features"))
      if (is_history(entry)) entries.push_back(history_from_json(entry, entries));
    ColumnForms forms =
        json.contains("columns") ? forms_from_json(json.at("columns")) : forms_of_older(entries);
    return FeatureMap(std::move(entries), std::move(forms));
  } catch (const nlohmann::json::exception&) {
    reading_file("feature map", [] { throw; });  // rethrows it with a readable message
    throw;
  } catch (const Error& error) {
    throw Error(ErrorKind::data, error.what());
  }
}

FeatureMapFit::FeatureMapFit(std::span<const FeatureConfig> configs)
    : configs_(configs.begin(), configs.end()) {
  for (const FeatureConfig& config : configs) {
    place_column(columns_, config.column);
    parts_.push_back({config.name, config.column, config.settings->make_fit()});
  }
}

void FeatureMapFit::survey(std::string_view column, const Column& values) {
  for (const Part& part : parts_) {
    if (part.column == column) part.fit->survey(values);
  }
}

void FeatureMapFit::observe(std::string_view column, const Column& values, Counts counts) {
  SHORTLIST_CHECK(counts.size() == values.rows);
  for (const Part& part : parts_) {
    if (part.column == column) part.fit->observe(values, counts);
  }
}

FeatureMapFit FeatureMapFit::part() const {
  FeatureMapFit part(configs_);
  for (size_t i = 0; i < parts_.size(); ++i) part.parts_[i].fit->share_survey(*parts_[i].fit);
  return part;
}

void FeatureMapFit::merge(const FeatureMapFit& other) {
  SHORTLIST_CHECK(parts_.size() == other.parts_.size());
  for (size_t i = 0; i < parts_.size(); ++i) parts_[i].fit->merge(*other.parts_[i].fit);
}

namespace {

// The name of the table that a feature shares with others, or "".
std::string shared_table(const FeatureConfig& config) {
  const Value* table = config.embedding.find("table");
  return table == nullptr ? "" : *std::get_if<std::string>(&table->data);
}

// Kinds whose ids are hashes, so that nothing is fitted.
bool is_hashed(const FeatureConfig& config) {
  const std::string_view kind = config.settings->kind();
  return kind == "hashed" || kind == "crossed";
}

// The kind and its settings, as text.
std::string settings_of(const FeatureConfig& config) {
  return fmt::format("{} {}", config.settings->kind(), to_toml(config.settings->write()));
}

}  // namespace

// Features of one table have the same ids, so they are fitted together.
size_t FeatureMapFit::join_table(size_t part) {
  const std::string table = shared_table(configs_[part]);
  for (size_t first = 0; first < part && !table.empty(); ++first) {
    if (shared_table(configs_[first]) != table) continue;
    if (is_hashed(configs_[first]) && is_hashed(configs_[part])) return part;  // see check_hashed_tables()
    if (settings_of(configs_[first]) != settings_of(configs_[part]))
      throw usage_error(
          "features '{}' and '{}' share the table '{}', so they need the same kind and settings",
          parts_[first].name, parts_[part].name, table);
    parts_[first].fit->merge(*parts_[part].fit);
    return first;
  }
  return part;
}

// Hashed features may share a table with different hashes, but it needs to have one number of rows.
void FeatureMapFit::check_hashed_tables(const std::vector<FeatureMap::Entry>& entries) const {
  for (size_t i = 0; i < entries.size(); ++i) {
    const std::string table = shared_table(configs_[i]);
    for (size_t first = 0; first < i && !table.empty(); ++first) {
      const int32_t ids = entries[i].feature->id_count(), needed = entries[first].feature->id_count();
      if (shared_table(configs_[first]) != table || ids == needed) continue;
      throw usage_error("features '{}' and '{}' share the table '{}', but one has {} ids and the other {}",
                        entries[first].name, entries[i].name, table, needed, ids);
    }
  }
}

namespace {

bool counts_values(const Feature& feature) {
  return feature.kind() == "category" || feature.kind() == "categories";
}

// The earlier feature of that name. Throws a usage Error if there is none, or if it is of another kind.
const std::shared_ptr<const Feature>& earlier_feature(const FeatureConfig& config,
                                                      const EarlierFeatures& earlier) {
  for (size_t i = 0; i < earlier.features.size(); ++i) {
    const FeatureMap::Entry& entry = earlier.features[i];
    if (entry.name != config.name) continue;
    if (entry.feature->kind() != config.settings->kind() || entry.column != config.column)
      throw usage_error(
          "feature '{}' is of kind {} and reads '{}', but in the earlier model it is of kind {} and reads "
          "'{}'",
          config.name, config.settings->kind(), config.column, entry.feature->kind(), entry.column);
    return entry.feature;
  }
  throw usage_error("the earlier model has no feature '{}'", config.name);
}

}  // namespace

FeatureMap FeatureMapFit::finish(ColumnForms forms, const EarlierFeatures* earlier) {
  std::vector<size_t> fitted_as;
  for (size_t i = 0; i < parts_.size(); ++i) fitted_as.push_back(join_table(i));
  std::vector<FeatureMap::Entry> entries;
  for (size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (earlier != nullptr) {
      const auto& known = earlier_feature(configs_[i], *earlier);
      if (!counts_values(*known)) {
        entries.push_back({part.name, part.column, known});
        continue;
      }
      parts_[fitted_as[i]].fit->admit(*known, earlier->keep_values);
    }
    try {
      entries.push_back(
          {part.name, part.column, fitted_as[i] == i ? part.fit->finish() : entries[fitted_as[i]].feature});
    } catch (const Error& error) {
      throw Error(error.kind(), fmt::format("feature '{}': {}", part.name, error.what()));
    }
  }
  check_hashed_tables(entries);
  return FeatureMap(std::move(entries), std::move(forms));
}

Column take_rows(const Column& column, std::span<const uint32_t> rows) {
  Column taken;
  taken.type = column.type;
  taken.rows = rows.size();
  take(column.missing, rows, taken.missing);
  take(column.texts, rows, taken.texts);
  take(column.integers, rows, taken.integers);
  take(column.numbers, rows, taken.numbers);
  if (column.type == ColumnType::list) take_lists(column, rows, taken);
  return taken;
}

}  // namespace shortlist
