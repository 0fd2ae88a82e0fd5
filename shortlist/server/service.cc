#include "shortlist/server/service.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <span>

#include "shortlist/io/json_writer.h"
#include "shortlist/server/openapi.h"
#include "shortlist/server/page.h"
#include "shortlist/server/reload.h"
#include "shortlist/server/request_body.h"
#include "shortlist/server/requests.h"

namespace shortlist {
namespace {

std::vector<std::string> segments_of(std::string_view path) { return Url::parse(path).segments; }

// "{name}" takes any segment, "{name}:predict" one that ends so.
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

// Of two paths that fit, the one with more text of its own is meant: "{model}:predict" before "{model}".
size_t text_length(const Route& route) {
  size_t length = 0;
  bool in_name = false;
  for (char c : route.path) {
    in_name = c == '{' || (in_name && c != '}');
    length += !in_name && c != '}';
  }
  return length;
}

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
      rates_(limits_.rate, limits_.burst) {
  if (options.keys) set_keys(std::move(*options.keys));
  add_recommend_routes(routes_);
  add_item_routes(routes_);
  add_model_routes(routes_);
  add_tensorflow_routes(routes_);
  add_inference_routes(routes_);
  add_operation_routes();
  std::ranges::stable_sort(routes_, std::greater(), text_length);
  for (const Route& route : routes_) patterns_.push_back(segments_of(route.path));
  for (const ModelPtr& model : models_.all())
    metrics_.set_model(model->name, model->version(), static_cast<int64_t>(model->recommender.item_count()));
}

void Service::add_operation_routes() {
  const auto add = [this](const char* path, const char* operation, const char* summary, const char* answer,
                          Scope scope, Handler handler) {
    routes_.push_back({.method = "GET",
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
    return HttpResponse{.body = openapi_json(routes_, limits_, *models_.find(""), keys() != nullptr)};
  });
  routes_.push_back({.method = "POST",
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
                         throw Problem(409, "not_loaded", error.what());
                       }
                       return list_models(models_.all());
                     }});
  add("/v1/models", "list_models", "The models being served; the first answers where none is named",
      "ModelList", Scope::read, [this](const Call&) { return list_models(models_.all()); });
}

Service::Match Service::match(std::string_view method, const Url& url) const {
  std::set<std::string> allowed;
  Match match = match_segments(method, url.segments, allowed);
  // "/v1/models/NAME/recommend" is "/v1/recommend" of the model NAME.
  const auto& segments = url.segments;
  if (match.route == nullptr && segments.size() > 3 && segments[0] == "v1" && segments[1] == "models") {
    std::vector<std::string> native = {segments[0]};
    native.insert(native.end(), segments.begin() + 3, segments.end());
    match = match_segments(method, native, allowed);
    match.model = segments[2];
    if (match.route != nullptr && !match.route->wants_model) match.route = nullptr;
  }
  if (match.route != nullptr || allowed.empty()) return match;
  if (allowed.contains("GET")) allowed.insert("HEAD");
  Problem problem(405, "method_not_allowed", fmt::format("{} is not for {}", method, url.path));
  problem.headers.emplace_back("Allow", fmt::format("{}", fmt::join(allowed, ", ")));
  throw problem;
}

Service::Match Service::match_segments(std::string_view method, const std::vector<std::string>& segments,
                                       std::set<std::string>& allowed) const {
  Match match;
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
  const double wait = rates_.take(key != nullptr ? "key " + key->name : std::string(request.client),
                                  std::chrono::steady_clock::now());
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

HttpResponse Service::answer(const HttpRequest& request, std::string& operation) {
  if (local_only_ && !is_local(request.host)) {
    throw Problem(
        421, "wrong_host",
        fmt::format("the host '{}' is not this machine; need localhost or a loopback address", request.host));
  }
  const Url url = Url::parse(request.target);
  Match found = match(request.method, url);
  if (found.route == nullptr) {
    if (request.method == "GET" || request.method == "HEAD") {
      operation = "page";
      if (auto page = page_response(url.path, request.if_none_match)) return *page;
      operation.clear();
    }
    throw Problem(404, "not_found", fmt::format("nothing is at {}", url.path));
  }
  operation = found.route->operation;
  if (!found.route->plain_errors) return run(request, url, std::move(found));
  try {
    return run(request, url, found);
  } catch (const Problem& problem) {
    return plain_error_response(problem);
  } catch (const Error& error) {
    return plain_error_response(to_problem(error));
  }
}

HttpResponse Service::run(const HttpRequest& request, const Url& url, Match found) {
  admit(request, *found.route);
  ModelPtr model;
  if (found.route->wants_model && (model = models_.find(found.model)) == nullptr)
    throw Problem(404, "no_model", fmt::format("no model is named '{}'", found.model));
  Stages stages;
  HttpResponse response =
      found.route->handler({request, url, std::move(found.parameters), std::move(model), limits_, stages});
  metrics_.observe_stages(stages);
  return response;
}

HttpResponse Service::handle(const HttpRequest& request) {
  const auto begin = std::chrono::steady_clock::now();
  std::string operation;
  HttpResponse response;
  try {
    response = answer(request, operation);
  } catch (const Problem& problem) {
    response = problem_response(problem, request.target);
  } catch (const Error& error) {
    response = problem_response(to_problem(error), request.target);
  } catch (const std::exception& error) {
    response = problem_response({500, "internal", error.what()}, request.target);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  metrics_.observe_request(operation, response.status, seconds.count());
  return response;
}

bool Service::is_slow(const HttpRequest& request) const {
  constexpr size_t kLargeBody = 16 << 10;
  if (request.body.size() > kLargeBody) return true;
  try {
    const Match found = match(request.method, Url::parse(request.target));
    if (found.route == nullptr) return false;
    const ModelPtr model = found.route->wants_model ? models_.find(found.model) : nullptr;
    return found.route->slow || (model != nullptr && model->slow);
  } catch (const Problem&) {
    return false;
  }
}

}  // namespace shortlist
