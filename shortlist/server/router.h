// Finds the route that a method and a path mean.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/server/route.h"

namespace shortlist {

struct RouteMatch {
  const Route* route = nullptr;         // null where nothing is there
  std::vector<std::string> parameters;  // what stood for the {} of the path, in their order
  std::string model;                    // its name; "" for the first
};

class Router {
 public:
  explicit Router(Routes routes);

  const Routes& routes() const { return routes_; }
  // Throws a 405 Problem where the path is there but not for the method.
  RouteMatch match(std::string_view method, const Url& url) const;

 private:
  // Adds the methods of a path that fits to `allowed`.
  RouteMatch match_segments(std::string_view method, const std::vector<std::string>& segments,
                            std::set<std::string>& allowed) const;

  Routes routes_;
  std::vector<std::vector<std::string>> patterns_;  // the segments of each route's path
};

}  // namespace shortlist
