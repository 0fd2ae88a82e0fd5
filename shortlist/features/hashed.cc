#include "shortlist/features/hashed.h"

#include <nlohmann/json.hpp>

#include "shortlist/features/bag_writer.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/feature_settings.h"
#include "shortlist/features/fingerprint.h"

namespace shortlist {
namespace {

class Hashed final : public Feature {
 public:
  explicit Hashed(HashedSettings settings) : settings_(settings) {}

  std::string_view kind() const override { return HashedSettings::kind; }
  InputForm input() const override { return {InputKind::one}; }
  int32_t id_count() const override {
    return settings_.buckets + (settings_.missing == MissingValue::token ? 1 : 0);
  }

  void encode(const Column& values, EncodedColumn& out, uint64_t*) const override {
    BagWriter bags(out);
    TextCell cell;
    for (size_t row = 0; row < values.rows; ++row) {
      const bool known = cell.read(values, row);
      const int32_t missing = known ? -1 : missing_id(settings_.missing, 0, settings_.buckets, row);
      for (int hash = 0; hash < settings_.hashes.value_or(1); ++hash) {
        const int32_t id = known ? bucket(cell.text(), hash) : missing;
        if (id >= 0) bags.add(id);
      }
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
  int32_t bucket(std::string_view text, int number) const {
    const auto key = static_cast<uint64_t>(settings_.salt.value_or(0));
    uint64_t hash = settings_.salt ? siphash64(text, key, key) : fingerprint64(text);
    if (settings_.hashes) hash = siphash64(text, key, static_cast<uint64_t>(number));
    return static_cast<int32_t>(hash % static_cast<uint64_t>(settings_.buckets));
  }

  HashedSettings settings_;
};

class HashedFit final : public FeatureFit {
 public:
  explicit HashedFit(HashedSettings settings) : settings_(settings) {}
  void observe(const Column&, Counts) override {}
  void merge(const FeatureFit&) override {}
  std::unique_ptr<const Feature> finish() override { return std::make_unique<Hashed>(settings_); }

 private:
  HashedSettings settings_;
};

}  // namespace

int hashes_of(const FeatureSettings& settings) {
  const auto* hashed = dynamic_cast<const SettingsOf<HashedSettings>*>(&settings);
  return hashed == nullptr ? 1 : hashed->settings().hashes.value_or(1);
}

void HashedSettings::check(const Value& value, const Where& where) const {
  if (buckets < 1) throw setting_error(value, where, "buckets", "need 1 or more");
}

std::unique_ptr<FeatureFit> HashedSettings::make_fit() const { return std::make_unique<HashedFit>(*this); }

std::unique_ptr<const Feature> HashedSettings::load(const nlohmann::json& feature) {
  const auto settings = load_settings<HashedSettings>(feature.at("settings"));
  if (settings.buckets < 1) throw data_error("hashed: got {} buckets, need 1 or more", settings.buckets);
  return std::make_unique<Hashed>(settings);
}

}  // namespace shortlist
