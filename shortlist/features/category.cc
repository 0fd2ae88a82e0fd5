#include "shortlist/features/category.h"

#include <nlohmann/json.hpp>

#include "shortlist/features/bag_writer.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/feature_settings.h"

namespace shortlist {
namespace {

class Category final : public Feature {
 public:
  Category(CategorySettings settings, Vocabulary vocabulary)
      : settings_(std::move(settings)), vocabulary_(std::move(vocabulary)) {}

  std::string_view kind() const override { return CategorySettings::kind; }
  InputForm input() const override { return {InputKind::one}; }
  int32_t id_count() const override {
    return vocabulary_.id_count() + (settings_.missing == MissingValue::token ? 1 : 0);
  }

  void encode(const Column& values, EncodedColumn& out, uint64_t* unseen) const override {
    BagWriter bags(out);
    TextCell cell;
    for (size_t row = 0; row < values.rows; ++row) {
      const int32_t id = cell.read(values, row) ? vocabulary_.id(cell.text(), unseen) : missing_id(row);
      if (id >= 0) bags.add(id);
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
  int32_t missing_id(size_t row) const {
    switch (settings_.missing) {
      case MissingValue::oov:
        return settings_.oov_buckets > 0 ? 0 : -1;
      case MissingValue::token:
        return vocabulary_.id_count();
      case MissingValue::empty:
        return -1;
      case MissingValue::error:
        break;
    }
    throw RowError(row, "the value is missing");
  }

  CategorySettings settings_;
  Vocabulary vocabulary_;
};

class CategoryFit final : public FeatureFit {
 public:
  explicit CategoryFit(CategorySettings settings) : settings_(std::move(settings)) {}

  void observe(const Column& values, Counts counts) override {
    TextCell cell;
    for (size_t row = 0; row < values.rows; ++row) {
      if (cell.read(values, row)) counts_.add(cell.text(), counts[row]);
    }
  }
  void merge(const FeatureFit& other) override {
    counts_.merge(dynamic_cast<const CategoryFit&>(other).counts_);
  }
  std::unique_ptr<const Feature> finish() override {
    return std::make_unique<Category>(settings_,
                                      Vocabulary(counts_.choose(settings_), 0, settings_.oov_buckets));
  }

 private:
  CategorySettings settings_;
  TokenCounts counts_;
};

}  // namespace

std::unique_ptr<FeatureFit> CategorySettings::make_fit() const {
  return std::make_unique<CategoryFit>(*this);
}

std::unique_ptr<const Feature> CategorySettings::load(const nlohmann::json& feature) {
  auto settings = load_settings<CategorySettings>(feature.at("settings"));
  Vocabulary vocabulary = Vocabulary::from_json(feature.at("tokens"), 0, settings.oov_buckets);
  return std::make_unique<Category>(std::move(settings), std::move(vocabulary));
}

}  // namespace shortlist
