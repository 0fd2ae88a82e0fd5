#include "shortlist/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

double power_of(double factor, double times) { return std::pow(factor, times); }

// After the warm-up, which ended `since` units ago.
double decayed(const ScheduleConfig& schedule, double since, double length, double from_start) {
  const double done = length > 0 ? std::clamp(since / length, 0.0, 1.0) : 1;
  const double every = schedule.every.value_or(1);
  switch (schedule.kind) {
    case ScheduleKind::constant:
      return 1;
    case ScheduleKind::linear:
      return (1 - schedule.end) * (1 - done) + schedule.end;
    case ScheduleKind::cosine:
      return (1 - schedule.end) * 0.5 * (1 + std::cos(std::numbers::pi * done)) + schedule.end;
    case ScheduleKind::exponential:
      return power_of(schedule.factor, since / every);
    case ScheduleKind::step:
      break;
  }
  if (schedule.at.empty()) return power_of(schedule.factor, std::floor(since / every));
  const auto passed = std::ranges::count_if(schedule.at, [&](double at) { return from_start >= at; });
  return power_of(schedule.factor, static_cast<double>(passed));
}

}  // namespace

void check_schedule(const ScheduleConfig& schedule) {
  const bool repeats = schedule.kind == ScheduleKind::step || schedule.kind == ScheduleKind::exponential;
  const std::string kind(enum_name(schedule.kind));
  if (!schedule.at.empty() && (schedule.kind != ScheduleKind::step || schedule.every))
    throw usage_error("schedule: at needs kind = \"step\" without every");
  if (repeats && !schedule.every && schedule.at.empty())
    throw usage_error("schedule: kind = \"{}\" needs every{}", kind,
                      schedule.kind == ScheduleKind::step ? " or at" : "");
  if (!repeats && schedule.every)
    throw usage_error("schedule: every needs kind = \"step\" or \"exponential\", got \"{}\"", kind);
  if (!schedule.falls() && (schedule.length || schedule.end != 0))
    throw usage_error("schedule: {} needs kind = \"linear\" or \"cosine\", got \"{}\"",
                      schedule.length ? "length" : "end", kind);
}

double schedule_factor(const ScheduleConfig& schedule, const RunPosition& run) {
  const double unit = schedule.unit == ScheduleUnit::steps ? 1 : run.steps_an_epoch;
  const double at = run.steps / unit, whole = run.epochs * run.steps_an_epoch / unit;
  if (at < schedule.warm_up)
    return schedule.warm_up_from + (1 - schedule.warm_up_from) * (at / schedule.warm_up);
  const double length = schedule.length.value_or(whole - schedule.warm_up);
  return decayed(schedule, at - schedule.warm_up, length, at);
}

}  // namespace shortlist
