#include "shortlist/server/service.h"

#include <cmath>

#include "shortlist/io/json_writer.h"
#include "shortlist/server/openapi.h"
#include "shortlist/server/page.h"
#include "shortlist/server/reload.h"
#include "shortlist/server/request_body.h"
#include "shortlist/server/requests.h"

namespace shortlist {
namespace {

HttpResponse status_response(int status, const char* name) {
  return {.status = status, .body = fmt::format("{{\"status\":\"{}\"}}", name)};
}

// A host without its port is a loopback name.
bool is_local(std::string_view host) {
  const size_t end = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
  const std::string_view name = host.substr(0, end);
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

std::string_view token_of(const HttpRequest& request) {
  constexpr std::string_view kBearer = "Bearer ";
  return request.authorization.starts_with(kBearer) ? request.authorization.substr(kBearer.size())
                                                    : request.api_key;
}

HttpResponse list_models(const std::vector<ModelPtr>& models) {
  JsonWriter json;
  json.begin_object().key("models").begin_array();
  for (const ModelPtr& model : models) {
    json.begin_object().member("name", model->name).member("version", model->version());
    json.member("generation", model->generation).member("loaded_at", model->loaded_at);
    json.member("items", model->recommender.item_count()).end_object();
  }
  json.end_array().end_object();
  return {.body = json.take()};
}

}  // namespace

Service::Service(ModelStore& models, Metrics& metrics, ServiceOptions options)
    : models_(models),
      metrics_(metrics),
      limits_(options.limits),
      local_only_(options.local_only),
      rates_(limits_.rate, limits_.burst, std::move(options.clock)),
      router_(make_routes()) {
  if (options.keys) set_keys(std::move(*options.keys));
  for (const ModelPtr& model : models_.all())
    metrics_.set_model(model->name, model->version(), static_cast<int64_t>(model->recommender.item_count()));
}

Routes Service::make_routes() {
  Routes routes;
  add_recommend_routes(routes);
  add_item_routes(routes);
  add_model_routes(routes);
  add_tensorflow_routes(routes);
  add_inference_routes(routes);
  add_operation_routes(routes);
  return routes;
}

void Service::add_operation_routes(Routes& routes) {
  const auto add = [&routes](const char* path, const char* operation, const char* summary, const char* answer,
                             Scope scope, Handler handler) {
    routes.push_back({.method = "GET",
                      .path = path,
                      .operation = operation,
                      .summary = summary,
                      .answer = answer,
                      .scope = scope,
                      .wants_model = false,
                      .handler = std::move(handler)});
  };
  add("/v2", "inference_server", "Open Inference Protocol: the server", "Document", Scope::read,
      [](const Call&) {
        return HttpResponse{.body = R"({"name":"shortlist","version":")" SHORTLIST_VERSION
                                    R"(","extensions":[]})"};
      });
  add("/v2/health/live", "inference_live", "Open Inference Protocol: whether the process answers", "Document",
      Scope::open, [](const Call&) { return HttpResponse{.body = R"({"live":true})"}; });
  add("/v2/health/ready", "inference_server_ready", "Open Inference Protocol: whether requests should come",
      "Document", Scope::open, [this](const Call&) {
        return HttpResponse{.status = draining_ ? 503 : 200,
                            .body = draining_ ? R"({"ready":false})" : R"({"ready":true})"};
      });
  add("/livez", "livez", "Whether the process answers", "Status", Scope::open,
      [](const Call&) { return status_response(200, "live"); });
  add("/readyz", "readyz", "Whether requests should come", "Status", Scope::open, [this](const Call&) {
    return draining_ ? status_response(503, "draining") : status_response(200, "ready");
  });
  add("/metrics", "metrics", "Counts and latencies for Prometheus", "", Scope::read, [this](const Call&) {
    return HttpResponse{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics_.text()};
  });
  add("/openapi.json", "openapi", "This description", "Document", Scope::open, [this](const Call&) {
    return HttpResponse{.body =
                            openapi_json(router_.routes(), limits_, *models_.find(""), keys() != nullptr)};
  });
  routes.push_back({.method = "POST",
                    .path = "/v1/admin/reload",
                    .operation = "reload",
                    .summary = "Loads a model's bundle again, or another bundle in its place",
                    .request = "ReloadRequest",
                    .answer = "ModelList",
                    .scope = Scope::admin,
                    .wants_model = false,
                    .slow = true,
                    .handler = [this](const Call& call) {
                      const auto request = read_body<ReloadRequest>(call.request);
                      const std::string name = request.model.value_or(models_.find("")->name);
                      if (models_.find(name) == nullptr)
                        throw Problem(404, "no_model", fmt::format("no model is named '{}'", name));
                      try {
                        reload_model(models_, metrics_, name, request.bundle.value_or(""));
                      } catch (const Error& error) {
                        throw Problem(409, "not_loaded", error.message());
                      }
                      return list_models(models_.all());
                    }});
  add("/v1/models", "list_models", "The models being served; the first answers where none is named",
      "ModelList", Scope::read, [this](const Call&) { return list_models(models_.all()); });
}

void Service::set_keys(KeyRing keys) {
  auto fresh = std::make_shared<const KeyRing>(std::move(keys));
  std::lock_guard lock(keys_mutex_);
  keys_.swap(fresh);
}

std::shared_ptr<const KeyRing> Service::keys() const {
  std::lock_guard lock(keys_mutex_);
  return keys_;
}

void Service::admit(const HttpRequest& request, const Route& route) {
  if (route.scope == Scope::open) return;
  const std::string_view token = token_of(request);
  const std::shared_ptr<const KeyRing> keys = this->keys();
  const Key* key = token.empty() || keys == nullptr ? nullptr : keys->find(token);
  const double wait = rates_.take(key != nullptr ? "key " + key->name : std::string(request.client));
  if (wait > 0) {
    metrics_.count_rejected("rate");
    Problem problem(429, "too_many_requests", fmt::format("more than {} requests a second", limits_.rate));
    problem.headers.emplace_back("Retry-After", std::to_string(static_cast<int64_t>(std::ceil(wait))));
    throw problem;
  }
  if (keys == nullptr && route.scope == Scope::read) return;
  if (key == nullptr) {
    Problem problem(
        401, "no_key",
        token.empty() ? "need a key: Authorization: Bearer KEY, or X-API-Key: KEY" : "the key is not known");
    problem.headers.emplace_back("WWW-Authenticate", "Bearer");
    throw problem;
  }
  if (route.scope == Scope::admin && key->scope != Scope::admin)
    throw Problem(403, "wrong_scope", fmt::format("the key '{}' has the scope read, need admin", key->name));
}

HttpResponse Service::answer(RoutedRequest& routed, bool short_only, std::string& operation) {
  const HttpRequest& request = routed.request;
  if (local_only_ && !is_local(request.host)) {
    throw Problem(
        421, "wrong_host",
        fmt::format("the host '{}' is not this machine; need localhost or a loopback address", request.host));
  }
  if (routed.problem) throw *routed.problem;
  if (routed.found.route == nullptr) {
    if (request.method == "GET" || request.method == "HEAD") {
      operation = "page";
      if (auto page = page_response(routed.url.path, request.if_none_match)) return *page;
      operation.clear();
    }
    throw Problem(404, "not_found", fmt::format("nothing is at {}", routed.url.path));
  }
  operation = routed.found.route->operation;
  if (!routed.found.route->plain_errors) return run(routed, short_only);
  try {
    return run(routed, short_only);
  } catch (const Problem& problem) {
    return plain_error_response(problem);
  } catch (const Error& error) {
    return plain_error_response(to_problem(error));
  }
}

Budget Service::budget(const RoutedRequest& routed, bool short_only) const {
  const auto most = std::chrono::duration_cast<Deadline::Clock::duration>(
      std::chrono::duration<double>(limits_.request_timeout));
  const bool counts = short_only && routed.model != nullptr;
  return {limits_, Deadline(routed.begin + most, routed.cancelled),
          counts ? routed.model->seconds_per_operation : 0};
}

HttpResponse Service::run(RoutedRequest& routed, bool short_only) {
  const RouteMatch& found = routed.found;
  if (!routed.admitted) admit(routed.request, *found.route);
  routed.admitted = true;
  if (found.route->wants_model && routed.model == nullptr)
    throw Problem(404, "no_model", fmt::format("no model is named '{}'", found.model));
  const Budget budget = this->budget(routed, short_only);
  Stages stages;
  try {
    budget.deadline().check();
    HttpResponse response = found.route->handler(
        {routed.request, routed.url, found.parameters, routed.model, limits_, stages, budget});
    metrics_.observe_stages(stages);
    return response;
  } catch (const DeadlinePassed& passed) {
    metrics_.count_rejected(passed.cancelled() ? "gone" : "timeout");
    if (passed.cancelled()) throw Problem(499, "client_gone", "the client has gone");
    Problem problem(503, "timeout",
                    fmt::format("the answer was not ready after {} seconds", limits_.request_timeout));
    problem.headers.emplace_back("Retry-After", "1");
    throw problem;
  }
}

RoutedRequest Service::route(const HttpRequest& request) const {
  RoutedRequest routed{.request = request, .begin = std::chrono::steady_clock::now()};
  try {
    routed.url = Url::parse(request.target);
    routed.found = router_.match(request.method, routed.url);
    if (routed.found.route != nullptr && routed.found.route->wants_model)
      routed.model = models_.find(routed.found.model);
  } catch (const Problem& problem) {
    routed.problem = problem;
  }
  return routed;
}

HttpResponse Service::handle(RoutedRequest routed) { return *handle(routed, false); }

std::optional<HttpResponse> Service::handle_short(RoutedRequest& routed) { return handle(routed, true); }

std::optional<HttpResponse> Service::handle(RoutedRequest& routed, bool short_only) {
  const std::string_view target = routed.request.target;
  std::string operation;
  HttpResponse response;
  try {
    response = answer(routed, short_only, operation);
  } catch (const TakesLong&) {
    return std::nullopt;
  } catch (const Problem& problem) {
    response = problem_response(problem, target);
  } catch (const Error& error) {
    response = problem_response(to_problem(error), target);
  } catch (const std::exception& error) {
    response = problem_response({500, "internal", error.what()}, target);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - routed.begin;
  metrics_.observe_request(operation, response.status, seconds.count());
  return response;
}

bool RoutedRequest::is_slow() const {
  constexpr size_t kLargeBody = 16 << 10;
  if (request.body.size() > kLargeBody) return true;
  return found.route != nullptr && (found.route->slow || (model != nullptr && model->slow));
}

}  // namespace shortlist
