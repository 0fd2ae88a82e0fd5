// From a request to its answer, without sockets: routes, permission, problems, metrics.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "shortlist/server/http/cors.h"
#include "shortlist/server/http/hosts.h"
#include "shortlist/server/http/url.h"
#include "shortlist/server/metrics.h"
#include "shortlist/server/model_store.h"
#include "shortlist/server/rate_limiter.h"
#include "shortlist/server/request_log.h"
#include "shortlist/server/routed_request.h"
#include "shortlist/server/routes/router.h"

namespace shortlist {

struct ServiceOptions {
  Limits limits;
  std::optional<KeyRing> keys;  // none: whoever reaches the server may read, and nobody is admin
  // Answers only requests whose Host is a loopback name or one of `public_hosts`, so that a page of another
  // site cannot reach the server under a name of its own (DNS rebinding).
  bool local_only = true;
  std::vector<std::string> public_hosts;  // names that a proxy passes on: hosts.h
  std::vector<std::string> cors_origins;  // sites whose pages may read the answers: cors.h
  int trusted_proxies = 0;                // that add to X-Forwarded-For: client_address.h
  bool access_log = false;                // a line for each request
  std::string bundles_root;               // where an admin may load bundles from; "": nowhere
  RateLimiter::Clock clock = std::chrono::steady_clock::now;  // of rate limits
};

class Service {
 public:
  Service(ModelStore& models, ServerMetrics& metrics, ServiceOptions options);

  // None of these throws; all may be called from many threads at once.
  //
  // Finds the route, and decides whether the client may ask, for which the body need not have come. Counts
  // the request towards the client's rate.
  RoutedRequest route(const HttpRequest& request);
  HttpResponse handle(RoutedRequest routed);
  // The same where the answer takes about a millisecond at most. Otherwise nothing, and the request is to be
  // handled by a thread for long ones.
  std::optional<HttpResponse> handle_short(RoutedRequest& routed);
  // The answer to a request that the transport cannot have answered, or that is no request.
  HttpResponse refuse(const RoutedRequest& routed, const Problem& problem);
  HttpResponse refuse(const HttpRequest& request, const Problem& problem);

  // For requests to come, which from now on need a key.
  void set_keys(KeyRing keys);

  // From now on /readyz says that no more requests should come.
  void set_draining() { draining_ = true; }
  const Limits& limits() const { return limits_; }
  const Routes& routes() const { return router_.routes(); }

 private:
  Routes make_routes();
  // These throw a Problem.
  void find(RoutedRequest& routed) const;
  void check_host(std::string_view host) const;
  void check_site(const HttpRequest& request) const;
  void admit(RoutedRequest& routed);
  HttpResponse answer(RoutedRequest& routed, bool short_only);
  HttpResponse run(RoutedRequest& routed, bool short_only);
  HttpResponse reload(const Call& call);

  HttpResponse answer_options(const RoutedRequest& routed) const;
  std::optional<HttpResponse> handle(RoutedRequest& routed, bool short_only);
  Budget budget(const RoutedRequest& routed, bool short_only) const;
  // Adds what all answers have, counts the answer and writes the log. `why` is the problem of a refusal.
  HttpResponse finish(const RoutedRequest& routed, HttpResponse response, const Problem* why);
  std::shared_ptr<const KeyRing> keys() const;  // null: nobody needs one

  ModelStore& models_;
  ServerMetrics& metrics_;
  const Limits limits_;
  const bool local_only_;
  const int trusted_proxies_;
  const std::string bundles_root_;
  const AllowedHosts hosts_;
  const Cors cors_;
  RateLimiter rates_;
  RequestLog log_;
  mutable std::mutex keys_mutex_;
  std::shared_ptr<const KeyRing> keys_;
  const Router router_;
  std::atomic<bool> draining_ = false;
};

}  // namespace shortlist
