// Routes about the server: liveness, readiness, models and metrics.
#include "shortlist/server/routes/operation_routes.h"

#include <fmt/core.h>

#include "shortlist/io/json_writer.h"

namespace shortlist {
namespace {

HttpResponse status_response(int status, const char* name) {
  return {.status = status, .body = fmt::format("{{\"status\":\"{}\"}}", name)};
}

HttpResponse readiness_response(bool draining, const std::vector<ModelPtr>& models) {
  JsonWriter json;
  json.begin_object().member("status", draining ? "draining" : "ready").key("models").begin_array();
  for (const ModelPtr& model : models) {
    json.begin_object().member("name", model->name).member("version", model->version());
    json.member("release", model->release).end_object();
  }
  json.end_array().end_object();
  return {.status = draining ? 503 : 200, .body = json.take()};
}

}  // namespace

HttpResponse models_response(const std::vector<ModelPtr>& models) {
  JsonWriter json;
  json.begin_object().key("models").begin_array();
  for (const ModelPtr& model : models) {
    json.begin_object().member("name", model->name).member("version", model->version());
    json.member("release", model->release).member("generation", model->generation);
    json.member("loaded_at", model->loaded_at);
    json.member("items", model->recommender.item_count()).end_object();
  }
  json.end_array().end_object();
  return {.body = json.take()};
}

void add_operation_routes(const Operations& service, Routes& routes) {
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
  add("/v2/health/live", "inference_live", "Open Inference Protocol: whether the process is alive",
      "Document", Scope::open, [](const Call&) { return HttpResponse{.body = R"({"live":true})"}; });
  add("/v2/health/ready", "inference_server_ready",
      "Open Inference Protocol: whether the server accepts requests", "Document", Scope::open,
      [draining = service.draining](const Call&) {
        return draining() ? HttpResponse{.status = 503, .body = R"({"ready":false})"}
                          : HttpResponse{.body = R"({"ready":true})"};
      });
  add("/livez", "livez", "Whether the process is alive", "Status", Scope::open,
      [](const Call&) { return status_response(200, "live"); });
  add("/healthz", "healthz", "Same as /livez", "Status", Scope::open,
      [](const Call&) { return status_response(200, "live"); });
  add("/readyz", "readyz", "Whether the server accepts requests, and with which models", "Readiness",
      Scope::open, [draining = service.draining, models = service.models](const Call&) {
        return readiness_response(draining(), models());
      });
  add("/metrics", "metrics", "Metrics for Prometheus", "", Scope::read,
      [metrics = service.metrics](const Call&) {
        return HttpResponse{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics()};
      });
  add("/openapi.json", "openapi", "This description", "Document", Scope::open,
      [openapi = service.openapi](const Call&) { return HttpResponse{.body = openapi()}; });
  routes.push_back({.method = "POST",
                    .path = "/v1/admin/reload",
                    .operation = "reload",
                    .summary = "Load a model's bundle again, or replace it with another bundle",
                    .request = "ReloadRequest",
                    .answer = "ModelList",
                    .scope = Scope::admin,
                    .wants_model = false,
                    .slow = true,
                    .handler = service.reload});
  add("/v1/models", "list_models", "The served models. The first is the default.", "ModelList", Scope::read,
      [models = service.models](const Call&) { return models_response(models()); });
}

}  // namespace shortlist
