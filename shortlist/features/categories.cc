#include "shortlist/features/categories.h"

#include <nlohmann/json.hpp>

#include "shortlist/base/threads.h"
#include "shortlist/features/bag_writer.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/feature_settings.h"

namespace shortlist {
namespace {

using UseValue = FunctionRef<void(std::string_view)>;

void each_part(std::string_view text, std::string_view separator, UseValue use) {
  for (;;) {
    const size_t end = text.find(separator);
    const std::string_view part = trim_blanks(text.substr(0, end));
    if (!part.empty()) use(part);
    if (end == text.npos) return;
    text.remove_prefix(end + separator.size());
  }
}

void each_element(const Column& values, size_t row, UseValue use) {
  TextCell cell;
  for (size_t at = values.offsets[row]; at < values.offsets[row + 1]; ++at) {
    try {
      if (!cell.read(*values.elements, at)) continue;
    } catch (const RowError&) {
      throw RowError(row, "got a list of lists, need a list of values");
    }
    const std::string_view value = trim_blanks(cell.text());
    if (!value.empty()) use(value);
  }
}

// Hands over the values of a row; false when the row is missing.
bool each_value(const Column& values, size_t row, std::string_view separator, UseValue use) {
  if (values.is_missing(row)) return false;
  if (values.type == ColumnType::list) {
    each_element(values, row, use);
    return true;
  }
  TextCell cell;
  if (!cell.read(values, row)) return false;
  each_part(cell.text(), separator, use);
  return true;
}

class Categories final : public Feature {
 public:
  Categories(CategoriesSettings settings, Vocabulary vocabulary)
      : settings_(std::move(settings)), vocabulary_(std::move(vocabulary)) {}

  std::string_view kind() const override { return CategoriesSettings::kind; }
  InputForm input() const override { return {InputKind::several}; }
  int32_t id_count() const override {
    return vocabulary_.id_count() + (settings_.missing == MissingValue::token ? 1 : 0);
  }

  void encode(const Column& values, EncodedColumn& out, uint64_t* unseen) const override {
    BagWriter bags(out);
    const auto add = [&](std::string_view value) {
      const int32_t id = vocabulary_.id(value, unseen);
      if (id >= 0) bags.add(id);
    };
    for (size_t row = 0; row < values.rows; ++row) {
      if (!each_value(values, row, settings_.separator, add)) add_missing(row, bags);
      bags.end_row();
    }
  }

  std::string token(int32_t id) const override {
    return id == vocabulary_.id_count() && id < id_count() ? std::string(kMissingToken)
                                                           : vocabulary_.token(id);
  }

  nlohmann::json to_json() const override {
    return {{"kind", kind()},
            {"settings", settings_to_json(write_fields(settings_))},
            {"tokens", vocabulary_.to_json()}};
  }

 private:
  void add_missing(size_t row, BagWriter& bags) const {
    if (settings_.missing == MissingValue::error) throw RowError(row, "the value is missing");
    if (settings_.missing == MissingValue::token) bags.add(vocabulary_.id_count());
    if (settings_.missing == MissingValue::oov && settings_.oov_buckets > 0) bags.add(0);
  }

  CategoriesSettings settings_;
  Vocabulary vocabulary_;
};

class CategoriesFit final : public FeatureFit {
 public:
  explicit CategoriesFit(CategoriesSettings settings) : settings_(std::move(settings)) {}

  void observe(const Column& values, Counts counts) override {
    for (size_t row = 0; row < values.rows; ++row) {
      each_value(values, row, settings_.separator,
                 [&](std::string_view value) { counts_.add(value, counts[row]); });
    }
  }
  void merge(const FeatureFit& other) override {
    counts_.merge(dynamic_cast<const CategoriesFit&>(other).counts_);
  }
  std::unique_ptr<const Feature> finish() override {
    return std::make_unique<Categories>(settings_,
                                        Vocabulary(counts_.choose(settings_), 0, settings_.oov_buckets));
  }

 private:
  CategoriesSettings settings_;
  TokenCounts counts_;
};

}  // namespace

void CategoriesSettings::check(const Value& value, const Where& where) const {
  VocabularySettings::check(value, where);
  if (separator.empty()) throw setting_error(value, where, "separator", "need one character or more");
}

std::unique_ptr<FeatureFit> CategoriesSettings::make_fit() const {
  return std::make_unique<CategoriesFit>(*this);
}

std::unique_ptr<const Feature> CategoriesSettings::load(const nlohmann::json& feature) {
  auto settings = load_settings<CategoriesSettings>(feature.at("settings"));
  Vocabulary vocabulary = Vocabulary::from_json(feature.at("tokens"), 0, settings.oov_buckets);
  return std::make_unique<Categories>(std::move(settings), std::move(vocabulary));
}

}  // namespace shortlist
