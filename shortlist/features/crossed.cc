#include "shortlist/features/crossed.h"

#include <nlohmann/json.hpp>
#include <unordered_set>

#include "shortlist/features/bag_writer.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/feature_settings.h"
#include "shortlist/features/fingerprint.h"

namespace shortlist {
namespace {

// The key of TensorFlow's cross of columns.
constexpr uint64_t kStart = 956888297470;

class Crossed final : public Feature {
 public:
  explicit Crossed(CrossedSettings settings) : settings_(std::move(settings)) {}

  std::string_view kind() const override { return CrossedSettings::kind; }
  InputForm input() const override { return {InputKind::one}; }
  int32_t id_count() const override {
    return settings_.buckets + (settings_.missing == MissingValue::token ? 1 : 0);
  }
  std::vector<ColumnRequest> further_columns() const override { return settings_.further_columns(); }

  void encode(const Column&, EncodedColumn&, uint64_t*) const override {
    SHORTLIST_CHECK(false && "a crossed feature reads several columns");
  }

  void encode_rows(std::span<const Column* const> columns, EncodedColumn& out, uint64_t*) const override {
    BagWriter bags(out);
    for (size_t row = 0; row < columns[0]->rows; ++row) {
      uint64_t hash = kStart;
      bool complete = true;
      for (size_t c = 0; c < columns.size() && complete; ++c) complete = add_value(*columns[c], row, c, hash);
      const int32_t id = complete ? static_cast<int32_t>(hash % static_cast<uint64_t>(settings_.buckets))
                                  : missing_id(settings_.missing, 0, settings_.buckets, row);
      if (id >= 0) bags.add(id);
      bags.end_row();
    }
  }

  std::string token(int32_t id) const override {
    return id == settings_.buckets && id < id_count() ? std::string(kMissingToken) : "";
  }

  nlohmann::json to_json() const override {
    return {{"kind", kind()}, {"settings", settings_to_json(write_fields(settings_))}};
  }

 private:
  // Returns false if the value is missing. A value that is written as an integer is one in any column, so
  // that queries in JSON and text files are hashed alike.
  bool add_value(const Column& column, size_t row, size_t place, uint64_t& hash) const {
    TextCell cell;
    try {
      if (!cell.read(column, row)) return false;
    } catch (const RowError& error) {
      throw error.in_column(settings_.columns[place]);
    }
    int64_t integer = 0;
    const bool is_integer = parse_canonical_integer(cell.text(), integer);
    hash = fingerprint_cat64(hash, is_integer ? static_cast<uint64_t>(integer) : fingerprint64(cell.text()));
    return true;
  }

  CrossedSettings settings_;
};

class CrossedFit final : public FeatureFit {
 public:
  explicit CrossedFit(CrossedSettings settings) : settings_(std::move(settings)) {}
  void observe(const Column&, Counts) override {}
  void merge(const FeatureFit&) override {}
  std::unique_ptr<const Feature> finish() override { return std::make_unique<Crossed>(settings_); }

 private:
  CrossedSettings settings_;
};

}  // namespace

void CrossedSettings::check(const Value& value, const Where& where) const {
  if (columns.size() < 2)
    throw setting_error(value, where, "columns",
                        fmt::format("got {} columns, need the names of two or more", columns.size()));
  const std::unordered_set<std::string> distinct(columns.begin(), columns.end());
  if (distinct.size() < columns.size() || distinct.contains(""))
    throw setting_error(value, where, "columns", "need different names");
}

std::vector<ColumnRequest> CrossedSettings::further_columns() const {
  std::vector<ColumnRequest> further;
  for (size_t i = 1; i < columns.size(); ++i) further.push_back({columns[i], ReadAs::text});
  return further;
}

std::unique_ptr<FeatureFit> CrossedSettings::make_fit() const { return std::make_unique<CrossedFit>(*this); }

std::unique_ptr<const Feature> CrossedSettings::load(const nlohmann::json& feature) {
  const auto settings = load_settings<CrossedSettings>(feature.at("settings"));
  if (settings.buckets < 1) throw data_error("crossed: got {} buckets, need 1 or more", settings.buckets);
  if (settings.columns.size() < 2)
    throw data_error("crossed: got {} columns, need two or more", settings.columns.size());
  return std::make_unique<Crossed>(settings);
}

}  // namespace shortlist
