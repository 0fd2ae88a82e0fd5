#include "shortlist/server/routes/router.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/server/http/url.h"

namespace shortlist {
namespace {

std::vector<std::string> segments_of(std::string_view path) { return Url::parse(path).segments; }

// "{name}" matches any segment, "{name}:predict" one that ends with ":predict".
bool fits(std::string_view pattern, std::string_view segment, std::vector<std::string>& parameters) {
  if (!pattern.starts_with('{')) return pattern == segment;
  const std::string_view ending = pattern.substr(pattern.find('}') + 1);
  if (!segment.ends_with(ending)) return false;
  parameters.emplace_back(segment.substr(0, segment.size() - ending.size()));
  return true;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments,
          std::vector<std::string>& parameters) {
  if (pattern.size() != segments.size()) return false;
  parameters.clear();
  for (size_t i = 0; i < pattern.size(); ++i)
    if (!fits(pattern[i], segments[i], parameters)) return false;
  return true;
}

// If two paths match, the one with more literal text wins: "{model}:predict" before "{model}".
size_t text_length(const Route& route) {
  size_t length = 0;
  bool in_name = false;
  for (char c : route.path) {
    in_name = c == '{' || (in_name && c != '}');
    length += !in_name && c != '}';
  }
  return length;
}

}  // namespace

Router::Router(Routes routes) : routes_(std::move(routes)) {
  std::ranges::stable_sort(routes_, std::greater(), text_length);
  for (const Route& route : routes_) patterns_.push_back(segments_of(route.path));
}

Problem method_not_allowed(std::string_view method, std::string_view path,
                           const std::set<std::string>& allowed) {
  const std::string methods = fmt::format("{}", fmt::join(allowed, ", "));
  Problem problem(405, "method_not_allowed",
                  fmt::format("method {} is not allowed on {}, only {}", method, path, methods));
  problem.headers.emplace_back("Allow", methods);
  return problem;
}

void check_parameters(const Route& route, const Url& url) {
  if (!route.path.starts_with("/v1/") || route.plain_errors) return;
  for (const auto& [name, value] : url.query) {
    if (std::ranges::find(route.query, name, &Parameter::name) != route.query.end()) continue;
    std::vector<std::string_view> known;
    for (const Parameter& parameter : route.query) known.emplace_back(parameter.name);
    throw invalid_field(name, known.empty()
                                  ? "unknown parameter; this URL takes none"
                                  : fmt::format("unknown parameter (known: {})", fmt::join(known, ", ")));
  }
}

RouteMatch Router::match_path(std::string_view method, const Url& url, std::set<std::string>& allowed) const {
  RouteMatch match = match_segments(method, url.segments, allowed);
  // "/v1/models/NAME/recommend" is "/v1/recommend" for the model NAME.
  const auto& segments = url.segments;
  if (match.route == nullptr && segments.size() > 3 && segments[0] == "v1" && segments[1] == "models") {
    std::vector<std::string> native = {segments[0]};
    native.insert(native.end(), segments.begin() + 3, segments.end());
    match = match_segments(method, native, allowed);
    match.model = segments[2];
    if (match.route != nullptr && !match.route->wants_model) match.route = nullptr;
  }
  if (allowed.contains("GET")) allowed.insert("HEAD");
  return match;
}

std::set<std::string> Router::allowed(const Url& url) const {
  std::set<std::string> methods;
  match_path("", url, methods);
  return methods;
}

RouteMatch Router::match(std::string_view method, const Url& url) const {
  std::set<std::string> allowed;
  RouteMatch match = match_path(method, url, allowed);
  if (match.route == nullptr && !allowed.empty()) throw method_not_allowed(method, url.path, allowed);
  return match;
}

RouteMatch Router::match_segments(std::string_view method, const std::vector<std::string>& segments,
                                  std::set<std::string>& allowed) const {
  RouteMatch match;
  const Route* first = nullptr;
  for (size_t r = 0; r < routes_.size(); ++r) {
    const Route& route = routes_[r];
    if (first != nullptr && first->path != route.path) continue;
    if (!fits(patterns_[r], segments, match.parameters)) continue;
    first = &route;
    if (route.method == method || (method == "HEAD" && route.method == "GET")) {
      match.route = &route;
      if (route.path.find("{model}") != std::string::npos) match.model = match.parameters.at(0);
      return match;
    }
    allowed.insert(route.method);
  }
  return match;
}

}  // namespace shortlist
