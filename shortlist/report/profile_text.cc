#include "shortlist/report/profile_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace shortlist {
namespace {

std::string number_or_blank(double value, int digits) {
  return value > 0 ? fmt::format("{:.{}f}", value, digits) : "";
}

std::string line(const StepProfile& profile, const StepPhase& phase, size_t name_width) {
  const double ms = profile.milliseconds(phase), rate = ms > 0 ? phase.operations / ms / 1e6 : 0;
  return fmt::format("{:<{}}  {:<8}  {:>7}  {:>7}  {:>7.3f}  {:>6.1f}  {:>8}  {:>7}\n", phase.name,
                     name_width, phase.part, number_or_blank(phase.operations / 1e9, 4),
                     number_or_blank(phase.bytes / 1e6, 2), ms,
                     profile.seconds > 0 ? 100 * ms / profile.milliseconds() : 0, number_or_blank(rate, 1),
                     number_or_blank(100 * rate * 1e9 / profile.peak, 1));
}

}  // namespace

std::string profile_text(const StepProfile& profile) {
  size_t width = 5;
  StepPhase all{
      .name = "step", .operations = profile.operations(), .seconds = profile.seconds * profile.threads};
  for (const StepPhase& phase : profile.phases) {
    width = std::max(width, phase.name.size());
    all.bytes += phase.bytes;
  }
  std::string text = fmt::format(
      "{} steps on {} thread{}; this machine's peak is {:.1f} GFLOP/s\n"
      "{:<{}}  {:<8}  {:>7}  {:>7}  {:>7}  {:>6}  {:>8}  {:>7}\n",
      profile.steps, profile.threads, profile.threads == 1 ? "" : "s", profile.peak / 1e9, "phase", width,
      "part", "GFLOP", "MB", "ms", "% time", "GFLOP/s", "% peak");
  for (const StepPhase& phase : profile.phases) text += line(profile, phase, width);
  return text + line(profile, all, width);
}

}  // namespace shortlist
