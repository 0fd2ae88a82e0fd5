// The server's routes: a method, a path, the required scope, and a handler.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "shortlist/server/budget.h"
#include "shortlist/server/http/http.h"
#include "shortlist/server/http/url.h"
#include "shortlist/server/keys.h"
#include "shortlist/server/limits.h"
#include "shortlist/server/model.h"
#include "shortlist/server/routes/problem.h"
#include "shortlist/server/stages.h"

namespace shortlist {

// Everything a handler needs.
struct Call {
  const HttpRequest& request;
  const Url& url;
  std::vector<std::string> parameters;  // the values of the path's {}, in order
  ModelPtr model;                       // for routes that need one
  const Limits& limits;
  Stages& stages;
  const Budget& budget;
};

using Handler = std::function<HttpResponse(const Call&)>;

// A parameter of the query string.
struct Parameter {
  const char *name, *help, *schema;
};

struct Route {
  std::string method, path;  // "GET", "/v1/items/{id}"
  std::string operation;     // "get_item": in OpenAPI and in the metrics
  std::string summary;
  std::string request, answer;  // schema names; "" for no body and for an answer of plain text
  std::vector<Parameter> query;
  Scope scope = Scope::read;
  bool wants_model = true;
  // The foreign protocols report errors as {"error": "..."}.
  bool plain_errors = false;
  // May take longer than a few milliseconds, so it runs apart from the short ones.
  bool slow = false;
  Handler handler;
};

using Routes = std::vector<Route>;

// Each function adds the routes of its file.
void add_recommend_routes(Routes& routes);
void add_item_routes(Routes& routes);
void add_model_routes(Routes& routes);
void add_tensorflow_routes(Routes& routes);
void add_inference_routes(Routes& routes);

}  // namespace shortlist
