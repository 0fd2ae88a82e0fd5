#include "shortlist/server/service.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "shortlist/io/json_writer.h"
#include "shortlist/server/http/client_address.h"
#include "shortlist/server/http/compress.h"
#include "shortlist/server/http/url.h"
#include "shortlist/server/min_version.h"
#include "shortlist/server/page.h"
#include "shortlist/server/reload.h"
#include "shortlist/server/request_id.h"
#include "shortlist/server/routes/openapi.h"
#include "shortlist/server/routes/operation_routes.h"
#include "shortlist/server/routes/request_body.h"
#include "shortlist/server/routes/requests.h"

namespace shortlist {
namespace {

// "Bearer KEY", with the scheme in any case.
std::string_view token_of(const HttpRequest& request) {
  const size_t blank = request.authorization.find(' ');
  if (blank == std::string_view::npos || !same_text(request.authorization.substr(0, blank), "Bearer"))
    return request.api_key;
  return trim_spaces(request.authorization.substr(blank));
}

// Health checks are sent by monitoring, which may know only the server's address.
bool is_health(std::string_view path) { return path == "/livez" || path == "/readyz" || path == "/healthz"; }

// The label of the metrics: the route's operation, "page" for a file of the page, or "" for what was refused
// without a route.
std::string_view operation_of(const RoutedRequest& routed, bool refused) {
  if (routed.found.route != nullptr) return routed.found.route->operation;
  return refused ? "" : "page";
}

// The problem as sent to the client. For server errors it only says where to look, since the reason may
// contain paths.
Problem told(const Problem& problem, const std::string& request_id) {
  if (problem.status() != 500) return problem;
  return {500, problem.code(), fmt::format("the server failed; its log has the reason under {}", request_id)};
}

}  // namespace

Service::Service(ModelStore& models, ServerMetrics& metrics, ServiceOptions options)
    : models_(models),
      metrics_(metrics),
      limits_(options.limits),
      local_only_(options.local_only),
      trusted_proxies_(options.trusted_proxies),
      bundles_root_(options.bundles_root),
      hosts_(options.local_only, options.public_hosts),
      cors_(options.cors_origins),
      rates_(limits_.rate, limits_.burst, std::move(options.clock)),
      log_(options.access_log),
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
  add_operation_routes(
      {.draining = [this] { return draining_.load(); },
       .metrics = [this] { return metrics_.text(); },
       .openapi =
           [this] { return openapi_json(router_.routes(), limits_, *models_.find(""), keys() != nullptr); },
       .models = [this] { return models_.all(); },
       .reload = [this](const Call& call) { return reload(call); }},
      routes);
  return routes;
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

HttpResponse Service::reload(const Call& call) {
  const auto request = read_body<ReloadRequest>(call.request);
  const std::string name = request.model.value_or(models_.find("")->name);
  if (models_.find(name) == nullptr)
    throw Problem(404, "no_model", fmt::format("no model is named '{}'", name));
  const std::string bundle = request.bundle.value_or("");
  if (!bundle.empty() && bundles_root_.empty()) {
    throw Problem(403, "no_bundles_root",
                  "bundle: the server was started without --bundles-root, so each model can only be reloaded "
                  "from where it came from");
  }
  try {
    reload_model(models_, metrics_, name, bundle.empty() ? "" : resolve_beneath(bundles_root_, bundle));
  } catch (const Error& error) {
    throw Problem(409, "not_loaded", error.message());
  }
  return models_response(models_.all());
}

void Service::check_site(const HttpRequest& request) const {
  if (local_only_ && is_cross_site(request) && !cors_.allows(request.origin)) {
    throw Problem(403, "cross_site",
                  "the request comes from another site's page; --cors-origin allows sites");
  }
}

void Service::check_host(std::string_view host) const {
  if (hosts_.allows(host)) return;
  throw Problem(
      421, "wrong_host",
      fmt::format("the host '{}' is not a name of this server; need {}", host, hosts_.description()));
}

void Service::find(RoutedRequest& routed) const {
  const HttpRequest& request = routed.request;
  const AbsoluteTarget absolute = AbsoluteTarget::split(request.target);
  routed.url = Url::parse(absolute.target);
  if (!is_health(routed.url.path)) {
    check_host(request.host);
    if (!absolute.host.empty()) check_host(absolute.host);
  }
  if (request.method == "OPTIONS") return;
  routed.found = router_.match(request.method, routed.url);
  if (routed.found.route != nullptr && routed.found.route->wants_model)
    routed.model = models_.find(routed.found.model);
}

void Service::check_min_version(const ServedModel& model, std::string_view wanted) {
  if (wanted.empty() || reaches(model, wanted)) return;
  models_.ask_for_newer();
  metrics_.count_rejected("version");
  throw older_version(model, wanted);
}

void Service::admit(RoutedRequest& routed) {
  const HttpRequest& request = routed.request;
  const Route* route = routed.found.route;
  if (route == nullptr || route->scope == Scope::open) return;
  check_site(request);
  const std::string_view token = token_of(request);
  const std::shared_ptr<const KeyRing> keys = this->keys();
  const Key* key = token.empty() || keys == nullptr ? nullptr : keys->find(token);
  if (key != nullptr) routed.key = key->name;
  const double wait = rates_.take(key != nullptr ? "key " + key->name : client_network(routed.client));
  if (wait > 0) {
    metrics_.count_rejected("rate");
    Problem problem(429, "too_many_requests", fmt::format("more than {} requests per second", limits_.rate));
    problem.headers.emplace_back("Retry-After", std::to_string(static_cast<int64_t>(std::ceil(wait))));
    throw problem;
  }
  if (keys == nullptr && route->scope == Scope::read) return;
  if (key == nullptr) {
    Problem problem(
        401, "no_key",
        token.empty() ? "need a key: Authorization: Bearer KEY, or X-API-Key: KEY" : "unknown key");
    problem.headers.emplace_back("WWW-Authenticate", "Bearer");
    throw problem;
  }
  if (route->scope == Scope::admin && key->scope != Scope::admin)
    throw Problem(403, "wrong_scope", fmt::format("the key '{}' has the scope read, need admin", key->name));
}

RoutedRequest Service::route(const HttpRequest& request) {
  RoutedRequest routed{.request = request,
                       .begin = std::chrono::steady_clock::now(),
                       .id = request_id(request.request_id),
                       .client = client_behind(trusted_proxies_, request.forwarded_for, request.client)};
  try {
    find(routed);
    admit(routed);
  } catch (const Problem& problem) {
    routed.problem = problem;
  }
  return routed;
}

HttpResponse Service::answer_options(const RoutedRequest& routed) const {
  std::set<std::string> methods = router_.allowed(routed.url);
  if (methods.empty() && page_response(routed.url.path, "")) methods = {"GET", "HEAD"};
  if (methods.empty()) throw Problem(404, "not_found", fmt::format("no route matches {}", routed.url.path));
  methods.insert("OPTIONS");
  HttpResponse response{.status = 204};
  response.headers.emplace_back("Allow", fmt::format("{}", fmt::join(methods, ", ")));
  return response;
}

HttpResponse Service::answer(RoutedRequest& routed, bool short_only) {
  const HttpRequest& request = routed.request;
  if (request.method == "OPTIONS") return answer_options(routed);
  if (routed.found.route != nullptr) return run(routed, short_only);
  if (auto page = page_response(routed.url.path, request.if_none_match, shows_images())) {
    if (request.method == "GET" || request.method == "HEAD") return *page;
    throw method_not_allowed(request.method, routed.url.path, {"GET", "HEAD"});
  }
  throw Problem(404, "not_found", fmt::format("no route matches {}", routed.url.path));
}

bool Service::shows_images() const {
  return std::ranges::any_of(
      models_.all(), [](const ModelPtr& model) { return model->recommender.display_image().has_value(); });
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
  if (found.route->wants_model && routed.model == nullptr)
    throw Problem(404, "no_model", fmt::format("no model is named '{}'", found.model));
  const Budget budget = this->budget(routed, short_only);
  if (routed.model != nullptr) check_min_version(*routed.model, routed.request.min_version);
  Stages stages;
  try {
    budget.deadline().check();
    check_parameters(*found.route, routed.url);
    HttpResponse response = found.route->handler(
        {routed.request, routed.url, found.parameters, routed.model, limits_, stages, budget});
    metrics_.observe_stages(stages);
    return response;
  } catch (const DeadlinePassed& passed) {
    metrics_.count_rejected(passed.cancelled() ? "gone" : "timeout");
    if (passed.cancelled()) throw Problem(499, "client_gone", "the client closed the connection");
    Problem problem(503, "timeout",
                    fmt::format("the answer was not ready after {} seconds", limits_.request_timeout));
    problem.headers.emplace_back("Retry-After", "1");
    throw problem;
  }
}

HttpResponse Service::handle(RoutedRequest routed) { return *handle(routed, false); }

std::optional<HttpResponse> Service::handle_short(RoutedRequest& routed) { return handle(routed, true); }

std::optional<HttpResponse> Service::handle(RoutedRequest& routed, bool short_only) {
  if (routed.problem) return refuse(routed, *routed.problem);
  try {
    return finish(routed, answer(routed, short_only), nullptr);
  } catch (const TakesLong&) {
    return std::nullopt;
  } catch (const Problem& problem) {
    return refuse(routed, problem);
  } catch (const Error& error) {
    return refuse(routed, to_problem(error));
  } catch (const std::exception& error) {
    return refuse(routed, {500, "internal", error.what()});
  }
}

HttpResponse Service::refuse(const RoutedRequest& routed, const Problem& problem) {
  const bool plain = routed.found.route != nullptr && routed.found.route->plain_errors;
  const Problem shown = told(problem, routed.id);
  return finish(routed, plain ? plain_error_response(shown) : problem_response(shown, routed.request.target),
                &problem);
}

HttpResponse Service::refuse(const HttpRequest& request, const Problem& problem) {
  const RoutedRequest routed{
      .request = request,
      .begin = std::chrono::steady_clock::now(),
      .id = request_id(request.request_id),
      .client = client_behind(trusted_proxies_, request.forwarded_for, request.client)};
  return refuse(routed, problem);
}

HttpResponse Service::finish(const RoutedRequest& routed, HttpResponse response, const Problem* why) {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - routed.begin;
  metrics_.observe_request(operation_of(routed, why != nullptr), response.status, seconds.count());
  if (!has_header(response, "Cache-Control")) response.headers.emplace_back("Cache-Control", "no-store");
  constexpr int kFirstError = 400;
  if (routed.model != nullptr && response.status < kFirstError)
    response.headers.emplace_back("X-Model-Version", version_of(*routed.model));
  cors_.allow(routed.request, response);
  compress(routed.request, response);
  log_.add(routed, response, why, seconds.count());
  response.headers.emplace_back("X-Request-Id", routed.id);
  return response;
}

bool RoutedRequest::is_slow() const {
  constexpr size_t kLargeBody = 16 << 10;
  if (request.body.size() > kLargeBody) return true;
  return found.route != nullptr && (found.route->slow || (model != nullptr && model->slow));
}

}  // namespace shortlist
