// A request's target.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shortlist {

// A target in parts, percent-decoded: "/v1/items/a%20b?q=tea&limit=5".
struct Url {
  std::string path;                   // "/v1/items/a%20b", as it came: '/' and %2F differ
  std::vector<std::string> segments;  // "v1", "items", "a b"
  std::vector<std::pair<std::string, std::string>> query;

  // Throws a 400 Problem for a percent sign without two hexadecimal digits.
  static Url parse(std::string_view target);
  // The first value of a name; nullptr when it is not there.
  const std::string* find(std::string_view name) const;
};

}  // namespace shortlist
