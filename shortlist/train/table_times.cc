#include "shortlist/train/table_times.h"

#include <string_view>

#include "shortlist/features/time.h"
#include "shortlist/table/text_value.h"
#include "shortlist/table/time_format.h"

namespace shortlist {
namespace {

bool agrees_with_iso(const std::string& format) {
  constexpr std::string_view kProbe = "2021-02-03";
  double iso = 0, other = 0;
  parse_iso_time(kProbe, iso);
  return !parse_time(kProbe, format, other) || other == iso;
}

bool has_value(const Column& values) {
  for (size_t row = 0; row < values.rows; ++row) {
    if (!values.is_missing(row) && !trim_blanks(values.texts[row]).empty()) return true;
  }
  return false;
}

bool is_written_in(const std::string& format, const Column& values) {
  try {
    find_time_form(values, {.format = format});
  } catch (const RowError&) {
    return false;
  }
  return has_value(values);
}

bool may_use(const std::string& format, const Column& values) {
  return !format.empty() && values.type == ColumnType::text && agrees_with_iso(format) &&
         is_written_in(format, values);
}

}  // namespace

void use_table_format(const std::string& date_format, const Column& values, FeatureConfig& feature) {
  const auto* times = dynamic_cast<const SettingsOf<TimeSettings>*>(feature.settings.get());
  if (times == nullptr || times->settings().declared() != TimeForm() || !may_use(date_format, values)) return;
  TimeSettings settings = times->settings();
  settings.format = date_format;
  feature.settings = std::make_shared<SettingsOf<TimeSettings>>(settings);
}

void use_table_format(const std::string& date_format, const Column& values, AttributeForm& attribute) {
  const bool may_be_time =
      attribute.kind ? *attribute.kind == AttributeKind::time : !attribute.separator.has_value();
  if (!may_be_time || attribute.times != TimeForm() || !may_use(date_format, values)) return;
  attribute.kind = AttributeKind::time;
  attribute.times.format = date_format;
}

}  // namespace shortlist
