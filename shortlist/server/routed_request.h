// A request with the route that was matched.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "shortlist/base/deadline.h"
#include "shortlist/server/http/http.h"
#include "shortlist/server/http/url.h"
#include "shortlist/server/model.h"
#include "shortlist/server/model_store.h"
#include "shortlist/server/routes/problem.h"
#include "shortlist/server/routes/router.h"

namespace shortlist {

// A request, and what will answer it.
struct RoutedRequest {
  HttpRequest request;
  Url url;
  RouteMatch found;
  ModelPtr model;                  // for routes that need one; null if there is no model of the name
  std::optional<Problem> problem;  // why it is refused: its host, target, method, key or rate
  std::chrono::steady_clock::time_point begin;
  std::string id;                  // X-Request-Id of the answer
  std::string client, key;         // who sends it: an address, and the name of the key if there is one
  Deadline::Flags cancelled = {};  // set when nobody waits for the answer any more

  // Whether the answer may take long, so that it should not hold up others.
  bool is_slow() const;
};

}  // namespace shortlist
