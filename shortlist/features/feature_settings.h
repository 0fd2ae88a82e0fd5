// What a feature kind defines: its settings, and how its features are fitted, saved and loaded.
//
// A kind's settings are a struct with
//   static constexpr const char* kind, *help;
//   template <typename Visitor> void fields(Visitor&);   // see base/fields.h
//   bool yields_ids() const;                              // otherwise numbers
//   void check(const Value&, const Where&) const;         // throws usage Errors that involve several fields
//   std::unique_ptr<FeatureFit> make_fit() const;
//   std::string own_column() const;                             // optional
//   std::vector<ColumnRequest> further_columns() const;         // optional
//   static std::unique_ptr<const Feature> load(const nlohmann::json&);  // of Feature::to_json()
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/describe_fields.h"
#include "shortlist/features/feature.h"

namespace shortlist {

// The settings of a feature of any kind. Immutable.
class FeatureSettings {
 public:
  virtual ~FeatureSettings() = default;
  virtual std::string_view kind() const = 0;
  // Whether a row yields ids, which go through an embedding, or numbers, which enter the model directly.
  virtual bool yields_ids() const = 0;
  virtual std::unique_ptr<FeatureFit> make_fit() const = 0;
  // The feature's own column if the settings name it, or "".
  virtual std::string own_column() const { return ""; }
  // The columns that the feature reads besides its own: see Feature::further_columns().
  virtual std::vector<ColumnRequest> further_columns() const { return {}; }
  // A table of all settings with their current values.
  virtual Value write() const = 0;
};

struct FeatureKind {
  std::string_view name, help;
  // Reads a feature's table. `also_known` lists valid keys that are not settings of the kind.
  std::shared_ptr<const FeatureSettings> (*read)(const Value& value, const Where& where,
                                                 const std::vector<std::string>& also_known);
  std::unique_ptr<const Feature> (*load)(const nlohmann::json& feature);
  std::vector<FieldDescription> (*document)();
};

template <typename Settings>
class SettingsOf final : public FeatureSettings {
 public:
  explicit SettingsOf(Settings settings) : settings_(std::move(settings)) {}
  std::string_view kind() const override { return Settings::kind; }
  bool yields_ids() const override { return settings_.yields_ids(); }
  std::unique_ptr<FeatureFit> make_fit() const override { return settings_.make_fit(); }
  std::string own_column() const override {
    if constexpr (requires { settings_.own_column(); }) return settings_.own_column();
    return "";
  }
  std::vector<ColumnRequest> further_columns() const override {
    if constexpr (requires { settings_.further_columns(); }) return settings_.further_columns();
    return {};
  }
  Value write() const override { return write_fields(settings_); }
  const Settings& settings() const { return settings_; }

 private:
  Settings settings_;
};

template <typename Settings>
std::shared_ptr<const FeatureSettings> read_settings(const Value& value, const Where& where,
                                                     const std::vector<std::string>& also_known) {
  Settings settings;
  read_fields(value, settings, where, also_known);
  settings.check(value, where);
  return std::make_shared<SettingsOf<Settings>>(std::move(settings));
}

template <typename Settings>
FeatureKind kind_of() {
  return {Settings::kind, Settings::help, &read_settings<Settings>, &Settings::load,
          [] { return describe_fields<Settings>(); }};
}

// A usage error about one setting, at the line of its key if it was given.
Error setting_error(const Value& value, const Where& where, std::string_view key, const std::string& message);

// Settings in a feature's JSON: those that were given, except "vocabulary", which is saved as the tokens.
nlohmann::json settings_to_json(const Value& settings);
// Inverse of settings_to_json(). Throws a data Error for invalid JSON.
Value settings_from_json(const nlohmann::json& settings);

template <typename Settings>
Settings load_settings(const nlohmann::json& json) {
  Settings settings;
  read_fields(settings_from_json(json), settings, Where{"", Settings::kind});
  return settings;
}

}  // namespace shortlist
