#include "shortlist/config/config.h"

#include "shortlist/features/categories.h"
#include "shortlist/features/time.h"

namespace shortlist {

const FeatureConfig& Config::feature(std::string_view name) const {
  for (const FeatureConfig& feature : features) {
    if (feature.name == name) return feature;
  }
  throw usage_error("{}: no feature is named '{}'", file, name);
}

namespace {

// The settings of the first feature of a kind that reads a column; null if there is none.
template <typename Settings>
const Settings* settings_of(const Config& config, std::string_view column) {
  for (const FeatureConfig& feature : config.features) {
    const auto* settings = dynamic_cast<const SettingsOf<Settings>*>(feature.settings.get());
    if (settings != nullptr && feature.column == column) return &settings->settings();
  }
  return nullptr;
}

}  // namespace

TimeForm Config::declared_times(std::string_view column) const {
  const auto* time = settings_of<TimeSettings>(*this, column);
  return time == nullptr ? TimeForm() : time->declared();
}

AttributeForm Config::attribute_form(const AttributeConfig& attribute) const {
  AttributeForm form{
      attribute.column, attribute.kind, attribute.separator, {attribute.unit, attribute.format}};
  const auto* categories = settings_of<CategoriesSettings>(*this, attribute.column);
  const bool may_be_list = !form.kind || *form.kind == AttributeKind::list;
  if (!form.separator && categories != nullptr && may_be_list) form.separator = categories->separator;
  const bool declares_time =
      form.times != TimeForm() || settings_of<TimeSettings>(*this, attribute.column) != nullptr;
  if (!form.kind && !form.separator && declares_time) form.kind = AttributeKind::time;
  if (form.times == TimeForm()) form.times = declared_times(attribute.column);
  return form;
}

}  // namespace shortlist
