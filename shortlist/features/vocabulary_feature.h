// Shared by the kinds category and categories: looks up a row's values in a vocabulary. Ids: unseen values
// first, then the vocabulary, then the missing value if it has a token.
//
// `Settings` is VocabularySettings with a member `missing` and
//   static constexpr InputKind input;
//   // Calls back with each value of a row; returns false if the row is missing.
//   bool each_value(const Column&, size_t row, UseValue) const;
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "shortlist/features/bag_writer.h"
#include "shortlist/features/feature_settings.h"
#include "shortlist/features/missing_value.h"
#include "shortlist/features/vocabulary.h"
#include "shortlist/features/weight_reader.h"

namespace shortlist {

template <typename Settings>
class VocabularyFeature final : public Feature {
 public:
  VocabularyFeature(Settings settings, Vocabulary vocabulary)
      : settings_(std::move(settings)), vocabulary_(std::move(vocabulary)) {}

  static std::unique_ptr<const Feature> load(const nlohmann::json& feature) {
    auto settings = load_settings<Settings>(feature.at("settings"));
    Vocabulary vocabulary = Vocabulary::from_json(feature.at("tokens"), 0, settings.oov_buckets);
    return std::make_unique<VocabularyFeature>(std::move(settings), std::move(vocabulary));
  }

  std::string_view kind() const override { return Settings::kind; }
  InputForm input() const override { return {Settings::input}; }
  int32_t id_count() const override {
    return vocabulary_.id_count() + (settings_.missing == MissingValue::token ? 1 : 0);
  }

  void encode(const Column& values, EncodedColumn& out, uint64_t* unseen) const override {
    encode_weighted(values, nullptr, out, unseen);
  }

  std::vector<ColumnRequest> further_columns() const override {
    if constexpr (requires { settings_.further_columns(); }) return settings_.further_columns();
    return {};
  }
  InputForm further_input(size_t) const override { return {InputKind::vector}; }

  void encode_rows(std::span<const Column* const> columns, EncodedColumn& out,
                   uint64_t* unseen) const override {
    encode_weighted(*columns[0], columns.size() > 1 ? columns[1] : nullptr, out, unseen);
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
  // `weights` is null if the values of a row have none.
  void encode_weighted(const Column& values, const Column* weights, EncodedColumn& out,
                       uint64_t* unseen) const {
    const int32_t oov = settings_.oov_buckets > 0 ? 0 : -1;
    BagWriter bags(out);
    std::optional<WeightReader> reader;
    if (weights != nullptr) reader.emplace(*weights, further_columns()[0].name, out);
    const auto add = [&](int32_t id) {
      if (id >= 0) bags.add(id);
      if (reader) reader->next(id >= 0);
    };
    const auto look_up = [&](std::string_view value) { add(vocabulary_.id(value, unseen)); };
    for (size_t row = 0; row < values.rows; ++row) {
      if (reader) reader->begin_row(row);
      if (!settings_.each_value(values, row, look_up)) {
        if (reader) reader->all_alike();
        add(missing_id(settings_.missing, oov, vocabulary_.id_count(), row));
      }
      if (reader) reader->end_row();
      bags.end_row();
    }
  }

  Settings settings_;
  Vocabulary vocabulary_;
};

template <typename Settings>
class VocabularyFit final : public FeatureFit {
 public:
  explicit VocabularyFit(Settings settings) : settings_(std::move(settings)) {}

  void observe(const Column& values, Counts counts) override {
    for (size_t row = 0; row < values.rows; ++row) {
      settings_.each_value(values, row, [&](std::string_view value) { counts_.add(value, counts[row]); });
    }
  }
  void merge(const FeatureFit& other) override {
    counts_.merge(dynamic_cast<const VocabularyFit&>(other).counts_);
  }
  void admit(const Feature& earlier, bool keep) override {
    for (int32_t id = 0; id < earlier.id_count(); ++id) {
      const std::string token = earlier.token(id);
      if (!token.empty() && token != kOovToken && token != kMissingToken) counts_.admit(token, keep);
    }
  }
  std::unique_ptr<const Feature> finish() override {
    return std::make_unique<VocabularyFeature<Settings>>(
        settings_, Vocabulary(counts_.choose(settings_), 0, settings_.oov_buckets));
  }

 private:
  Settings settings_;
  TokenCounts counts_;
};

}  // namespace shortlist
