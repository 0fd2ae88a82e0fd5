#include "shortlist/server/min_version.h"

#include <charconv>

namespace shortlist {
namespace {

struct WantedVersion {
  int64_t release = 0;
  std::string_view version;  // "": any of the release
};

WantedVersion parse(std::string_view text) {
  constexpr size_t kDigits = 18, kVersionDigits = 12;
  const size_t dash = text.find('-');
  const std::string_view number = text.substr(0, dash);
  WantedVersion wanted{0, dash == text.npos ? "" : text.substr(dash + 1)};
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), wanted.release);
  const bool is_number = error == std::errc() && end == number.data() + number.size() &&
                         number.size() <= kDigits && number.find('-') == number.npos;
  const bool is_version = wanted.version.size() == kVersionDigits &&
                          wanted.version.find_first_not_of("0123456789abcdef") == text.npos;
  if (!is_number || (dash != text.npos && !is_version))
    throw invalid_field("X-Min-Version", fmt::format("got '{}', need a value of X-Model-Version, such as "
                                                     "7-0a1b2c3d4e5f, or a release",
                                                     text));
  return wanted;
}

}  // namespace

std::string version_of(const ServedModel& model) {
  return fmt::format("{}-{}", model.release, model.version());
}

bool reaches(const ServedModel& model, std::string_view text) {
  const WantedVersion wanted = parse(text);
  const bool same = wanted.version == model.version();
  if (model.release == 0) return same;
  if (model.release != wanted.release) return model.release > wanted.release;
  return same || wanted.version.empty();
}

Problem older_version(const ServedModel& model, std::string_view wanted) {
  Problem problem(503, "older_version",
                  fmt::format("this server has the version {}, and the request asks for {} or a newer one",
                              version_of(model), wanted));
  problem.headers.emplace_back("Retry-After", "1");
  return problem;
}

}  // namespace shortlist
