// Finds the route for a method and a path.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/server/http/url.h"
#include "shortlist/server/routes/route.h"

namespace shortlist {

struct RouteMatch {
  const Route* route = nullptr;         // null if no route matches
  std::vector<std::string> parameters;  // the values of the path's {}, in order
  std::string model;                    // name of the model; "" for the first
};

// A 405 that lists the allowed methods, also in its Allow header.
Problem method_not_allowed(std::string_view method, std::string_view path,
                           const std::set<std::string>& allowed);

// Throws a 422 Problem for a parameter of the URL that the route does not have. Routes of the other protocols
// and for monitoring allow any, which clients and probes may add.
void check_parameters(const Route& route, const Url& url);

class Router {
 public:
  explicit Router(Routes routes);

  const Routes& routes() const { return routes_; }
  // The methods allowed on a path. Empty if no route has the path.
  std::set<std::string> allowed(const Url& url) const;
  // Throws a 405 Problem if the path exists, but not with this method.
  RouteMatch match(std::string_view method, const Url& url) const;

 private:
  // The route of a path, also beneath "/v1/models/NAME", or null. Adds the methods of matching paths to
  // `allowed`.
  RouteMatch match_path(std::string_view method, const Url& url, std::set<std::string>& allowed) const;
  RouteMatch match_segments(std::string_view method, const std::vector<std::string>& segments,
                            std::set<std::string>& allowed) const;

  Routes routes_;
  std::vector<std::vector<std::string>> patterns_;  // the segments of each route's path
};

}  // namespace shortlist
