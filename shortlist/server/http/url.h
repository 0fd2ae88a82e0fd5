// A request's target.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shortlist {

// A target split into its parts and percent-decoded: "/v1/items/a%20b?q=tea&limit=5".
struct Url {
  std::string path;                   // "/v1/items/a%20b", not decoded, since '/' and %2F differ
  std::vector<std::string> segments;  // "v1", "items", "a b"
  std::vector<std::pair<std::string, std::string>> query;

  // Throws a 400 Problem for a percent sign without two hexadecimal digits.
  static Url parse(std::string_view target);
  // The first value of a parameter, or nullptr if it is missing.
  const std::string* find(std::string_view name) const;
};

}  // namespace shortlist
