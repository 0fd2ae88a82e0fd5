// For tests only: a small served model, and requests to a service without sockets.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "shortlist/jobs/training.h"
#include "shortlist/server/service.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {

// The small table's model, trained once.
inline const std::string& tiny_bundle() {
  static const TinyTable table;
  static const std::string path = [] {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    const std::string out = table.folder() / "bundle";
    train(table.config(), {.out = out, .threads = 1}, nobody, stop);
    return out;
  }();
  return path;
}

inline std::string make_key(const std::string& path, const std::string& name, Scope scope) {
  std::string token;
  add_key(path, name, scope, [&](const std::string& shown) { token = shown; });
  return token;
}

struct TestService {
  explicit TestService(ServiceOptions options = {},
                       std::vector<ModelSource> sources = {{"tiny", tiny_bundle()}})
      : models(std::move(sources)), service(models, metrics, std::move(options)) {}

  HttpResponse send(HttpRequest request) {
    if (request.host.empty()) request.host = "localhost:8080";
    return service.handle(service.route(request));
  }
  HttpResponse get(std::string_view target) { return send({.method = "GET", .target = target}); }
  HttpResponse post(std::string_view target, const std::string& body) {
    return send({.method = "POST", .target = target, .body = body, .content_type = "application/json"});
  }

  ModelStore models;
  ServerMetrics metrics;
  Service service;
};

inline nlohmann::json parsed(const HttpResponse& response) {
  return nlohmann::json::parse(response.content());
}

// The problem's code, and the first faulty field.
inline std::string fault_of(const HttpResponse& response, int status) {
  EXPECT_EQ(response.status, status);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const nlohmann::json problem = parsed(response);
  EXPECT_EQ(problem.at("status"), status);
  std::string text = problem.at("code");
  if (problem.contains("errors")) text += " " + problem["errors"][0].at("field").get<std::string>();
  return text;
}

}  // namespace shortlist
