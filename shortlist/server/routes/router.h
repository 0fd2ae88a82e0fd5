// Finds the route that a method and a path mean.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/server/http/url.h"
#include "shortlist/server/routes/route.h"

namespace shortlist {

struct RouteMatch {
  const Route* route = nullptr;         // null where nothing is there
  std::vector<std::string> parameters;  // what stood for the {} of the path, in their order
  std::string model;                    // its name; "" for the first
};

// A 405 that names the methods that are allowed, in its header Allow too.
Problem method_not_allowed(std::string_view method, std::string_view path,
                           const std::set<std::string>& allowed);

class Router {
 public:
  explicit Router(Routes routes);

  const Routes& routes() const { return routes_; }
  // The methods that a path takes; none where nothing is there.
  std::set<std::string> allowed(const Url& url) const;
  // Throws a 405 Problem where the path is there but not for the method.
  RouteMatch match(std::string_view method, const Url& url) const;

 private:
  // The route, or a null one, of a path under "/v1/models/NAME" too. Adds the methods of a path that fits to
  // `allowed`.
  RouteMatch match_path(std::string_view method, const Url& url, std::set<std::string>& allowed) const;
  RouteMatch match_segments(std::string_view method, const std::vector<std::string>& segments,
                            std::set<std::string>& allowed) const;

  Routes routes_;
  std::vector<std::vector<std::string>> patterns_;  // the segments of each route's path
};

}  // namespace shortlist
