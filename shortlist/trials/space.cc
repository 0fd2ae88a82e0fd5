#include "shortlist/trials/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "shortlist/base/fields.h"

namespace shortlist {
namespace {

// A setting as it is written.
struct Written {
  std::vector<std::string> keys;
  std::vector<Value> values;
  std::optional<double> min, max;
  bool log = false, integer = false;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("keys", keys, "");
    visit("values", values, "");
    visit("min", min, "");
    visit("max", max, "");
    visit("log", log, "");
    visit("integer", integer, "");
  }
};

bool is_setting(const Value& value) {
  return value.array() != nullptr || value.find("values") != nullptr || value.find("min") != nullptr ||
         value.find("max") != nullptr;
}

SpaceSetting read_setting(const Value& value, const std::string& name, const std::string& file) {
  const Where where{file, name};
  Written written;
  if (value.array() != nullptr) {
    written.values = *value.array();
  } else {
    read_fields(value, written, where);
  }
  SpaceSetting setting{name, written.keys, written.values};
  if (setting.keys.empty()) setting.keys = {name};
  if (!setting.values.empty()) {
    if (written.min || written.max) throw where.error(value, "has both values and a range");
    return setting;
  }
  if (!written.min || !written.max) throw where.error(value, "needs values = [...], or min and max");
  setting.least = *written.min;
  setting.most = *written.max;
  setting.log = written.log;
  setting.integer = written.integer;
  if (!(setting.least <= setting.most))
    throw where.error(value, fmt::format("min {} is above max {}", setting.least, setting.most));
  if (setting.log && !(setting.least > 0)) throw where.error(value, "log = true needs min above 0");
  if (setting.integer && std::ceil(setting.least) > std::floor(setting.most))
    throw where.error(value, "has no whole number between min and max");
  return setting;
}

void read_below(const Value& value, const std::string& path, const std::string& file, Space& space) {
  if (!path.empty() && is_setting(value)) {
    space.settings.push_back(read_setting(value, path, file));
    return;
  }
  if (value.table() == nullptr)
    throw Where{file, path}.error(
        value, fmt::format("got {}, need a list of values or {{ min = ..., max = ... }}", value.describe()));
  for (const auto& [key, entry] : *value.table())
    read_below(entry, path.empty() ? key : path + "." + key, file, space);
}

double four_digits(double value) {
  if (value == 0) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 3);
  // Through text, so that 0.0012 is the nearest double to these digits.
  return std::stod(fmt::format("{:.4g}", std::round(value / unit) * unit));
}

}  // namespace

Value SpaceSetting::sample(const RandomStream& random) const {
  if (!values.empty()) return values[random.below(0, values.size())];
  if (integer && !log) {
    const double low = std::ceil(least), high = std::floor(most);
    return Value(static_cast<int64_t>(low) +
                 static_cast<int64_t>(random.below(0, static_cast<uint64_t>(high - low) + 1)));
  }
  const double u = random.uniform(0);
  const double at = log ? least * std::pow(most / least, u) : least + (most - least) * u;
  if (integer)
    return Value(static_cast<int64_t>(std::clamp(std::round(at), std::ceil(least), std::floor(most))));
  return Value(std::clamp(four_digits(at), least, most));
}

std::vector<Value> Space::sample(uint64_t seed, uint64_t number) const {
  const RandomStream trial = RandomStream(seed, "tune").at(number);
  std::vector<Value> sampled;
  for (size_t s = 0; s < settings.size(); ++s) sampled.push_back(settings[s].sample(trial.at(s)));
  return sampled;
}

Space read_space(const Value& root, const std::string& file) {
  Space space;
  read_below(root, "", file, space);
  if (space.settings.empty()) throw usage_error("{}: has no settings to search", file);
  return space;
}

void set_values(const Space& space, const std::vector<Value>& values, Value& root) {
  for (size_t s = 0; s < space.settings.size(); ++s)
    for (const std::string& key : space.settings[s].keys) set_path(root, key, values[s]);
}

}  // namespace shortlist
