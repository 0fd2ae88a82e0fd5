// From a request to its answer, without sockets: routes, permission, problems, metrics.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "shortlist/server/metrics.h"
#include "shortlist/server/model_store.h"
#include "shortlist/server/rate_limiter.h"
#include "shortlist/server/router.h"

namespace shortlist {

struct ServiceOptions {
  Limits limits;
  std::optional<KeyRing> keys;  // none: whoever reaches the server may read, and nobody is admin
  // Answers only requests that name this machine by a loopback name, so that a page of another site cannot
  // reach it under a name of its own (DNS rebinding).
  bool local_only = true;
  RateLimiter::Clock clock = std::chrono::steady_clock::now;  // of rate limits
};

// A request, and what is to answer it.
struct RoutedRequest {
  HttpRequest request;
  Url url;
  RouteMatch found;
  ModelPtr model;                  // of routes that want one; null where there is none of the name
  std::optional<Problem> problem;  // what is wrong with the target or the method
  std::chrono::steady_clock::time_point begin;
  Deadline::Flags cancelled = {};  // set when nobody waits for the answer any more
  bool admitted = false;           // permission was checked and the rate counted

  // Whether the answer may take long, so that it should not hold up others.
  bool is_slow() const;
};

class Service {
 public:
  Service(ModelStore& models, Metrics& metrics, ServiceOptions options);

  // None throws; all may be called from many threads at once.
  RoutedRequest route(const HttpRequest& request) const;
  HttpResponse handle(RoutedRequest routed);
  // The same where the answer takes about a millisecond at most. Otherwise nothing, and the request is to be
  // handled by a thread for long ones.
  std::optional<HttpResponse> handle_short(RoutedRequest& routed);

  // For requests to come, which from now on need a key.
  void set_keys(KeyRing keys);

  // From now on /readyz says that no more requests should come.
  void set_draining() { draining_ = true; }
  const Limits& limits() const { return limits_; }
  const Routes& routes() const { return router_.routes(); }

 private:
  Routes make_routes();
  void add_operation_routes(Routes& routes);
  std::optional<HttpResponse> handle(RoutedRequest& routed, bool short_only);
  HttpResponse answer(RoutedRequest& routed, bool short_only, std::string& operation);
  HttpResponse run(RoutedRequest& routed, bool short_only);
  Budget budget(const RoutedRequest& routed, bool short_only) const;
  std::shared_ptr<const KeyRing> keys() const;  // null: nobody needs one
  // Throws a Problem: 421, 429, 401 or 403.
  void admit(const HttpRequest& request, const Route& route);

  ModelStore& models_;
  Metrics& metrics_;
  const Limits limits_;
  const bool local_only_;
  RateLimiter rates_;
  mutable std::mutex keys_mutex_;
  std::shared_ptr<const KeyRing> keys_;
  const Router router_;
  std::atomic<bool> draining_ = false;
};

}  // namespace shortlist
