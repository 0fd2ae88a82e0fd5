// A point in time, in any format of time_form.h. The fitted feature keeps the format, so that an ISO 8601
// text means the same instant as the table's own numbers. Fitted values are in seconds.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "shortlist/base/fields.h"
#include "shortlist/features/feature.h"
#include "shortlist/features/scalar.h"
#include "shortlist/features/time_form.h"

namespace shortlist {

enum class TimeAs {
  standard,  // a number: (t - mean) / max(deviation, 1e-7)
  buckets,  // the bin among `buckets` evenly spaced edges from the first to the last time seen, both included
  hour,     // 0 to 23, UTC
  weekday,  // Monday 0 to Sunday 6, UTC
};
template <>
struct EnumNames<TimeAs> {
  static constexpr std::pair<TimeAs, std::string_view> names[] = {{TimeAs::standard, "standard"},
                                                                  {TimeAs::buckets, "buckets"},
                                                                  {TimeAs::hour, "hour"},
                                                                  {TimeAs::weekday, "weekday"}};
};

struct TimeSettings {
  static constexpr const char* kind = "time";
  static constexpr const char* help = "A point in time: normalised, in buckets, or as its hour or weekday";
  TimeAs as = TimeAs::standard;
  int32_t buckets = 1000;
  std::optional<TimeUnit> unit;
  std::optional<std::string> format;
  std::optional<MissingNumber> missing;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("as", as, "standard (a normalised number), buckets, hour (UTC) or weekday (Monday first)");
    visit("buckets", buckets,
          "With as = \"buckets\": number of edges, evenly spaced from the first to the last time",
          Range::between(2, 10'000'000));
    visit("unit", unit, kTimeUnitHelp);
    visit("format", format, kTimeFormatHelp);
    visit("missing", missing, kMissingNumberHelp);
  }
  TimeForm declared() const { return {unit, format}; }
  bool yields_ids() const { return as != TimeAs::standard; }
  void check(const Value& value, const Where& where) const;
  std::unique_ptr<FeatureFit> make_fit() const;
  static std::unique_ptr<const Feature> load(const nlohmann::json& feature);
};

// How a fitted time feature reads times; none for a feature of another kind.
std::optional<TimeForm> fitted_times(const Feature& feature);

}  // namespace shortlist
