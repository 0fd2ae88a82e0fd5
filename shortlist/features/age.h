// A point in time from which, or up to which, an age counts: days since 2000-01-01 UTC. A row has three
// numbers: whole days, the rest of the day, and 1; or zeros if the time is missing. The whole and the rest
// are apart because a float32 has too few digits for both.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "shortlist/base/fields.h"
#include "shortlist/features/feature.h"
#include "shortlist/features/time_form.h"

namespace shortlist {

struct AgeSettings {
  static constexpr const char* kind = "age";
  static constexpr const char* help =
      "The time between an item's column, such as its release, and the time of the row; for rankings";
  std::optional<std::string> at;
  std::optional<TimeUnit> unit, at_unit;
  std::optional<std::string> format, at_format;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("at", at,
          "Column with the time of the row, which a query gives. The default is the column of data.time. "
          "Rankings read two numbers: log(1 + days), negative before the item's time, and whether both times "
          "are known.");
    visit("unit", unit, kTimeUnitHelp);
    visit("format", format, kTimeFormatHelp);
    visit("at_unit", at_unit, "The unit of the times in `at`. The default is that of data.time.");
    visit("at_format", at_format, "The format of the times in `at`. The default is that of data.time.");
  }
  static constexpr bool yields_ids() { return false; }
  void check(const Value& value, const Where& where) const;
  std::unique_ptr<FeatureFit> make_fit() const;
  static std::unique_ptr<const Feature> load(const nlohmann::json& feature);
};

}  // namespace shortlist
