// Answers requests, without sockets: routing, authorization, errors, metrics.
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
  std::optional<KeyRing> keys;  // not given: everyone may read, and nobody is admin
  // Only answer requests whose Host is a loopback name or one of `public_hosts`, so that a page of another
  // site cannot reach the server under its own name (DNS rebinding).
  bool local_only = true;
  std::vector<std::string> public_hosts;  // host names that a proxy forwards: hosts.h
  std::vector<std::string> cors_origins;  // sites whose pages may read the answers: cors.h
  int trusted_proxies = 0;                // that append to X-Forwarded-For: client_address.h
  bool access_log = false;                // log every request
  std::string bundles_root;               // the folder that admins may load bundles from; "": none
  RateLimiter::Clock clock = std::chrono::steady_clock::now;  // for rate limits
};

class Service {
 public:
  Service(ModelStore& models, ServerMetrics& metrics, ServiceOptions options);

  // None of these functions throws. All are thread-safe.
  //
  // Finds the route and decides whether the client is allowed, for which the body is not needed. Counts the
  // request towards the client's rate.
  RoutedRequest route(const HttpRequest& request);
  HttpResponse handle(RoutedRequest routed);
  // The same if the answer takes at most about a millisecond. Otherwise returns nothing, and a thread for
  // long requests must handle it.
  std::optional<HttpResponse> handle_short(RoutedRequest& routed);
  // The answer to a request that the transport cannot pass on, or that is not valid HTTP.
  HttpResponse refuse(const RoutedRequest& routed, const Problem& problem);
  HttpResponse refuse(const HttpRequest& request, const Problem& problem);

  // For new requests, which then need a key.
  void set_keys(KeyRing keys);

  // After this, /readyz reports that no more requests should be sent.
  void set_draining() { draining_ = true; }
  const Limits& limits() const { return limits_; }
  const Routes& routes() const { return router_.routes(); }

 private:
  Routes make_routes();
  // These throw a Problem.
  void find(RoutedRequest& routed) const;
  void check_host(std::string_view host) const;
  void check_site(const HttpRequest& request) const;
  void check_min_version(const ServedModel& model, std::string_view wanted);
  void admit(RoutedRequest& routed);
  HttpResponse answer(RoutedRequest& routed, bool short_only);
  HttpResponse run(RoutedRequest& routed, bool short_only);
  HttpResponse reload(const Call& call);

  HttpResponse answer_options(const RoutedRequest& routed) const;
  // Whether the page may show images of other sites, which are URLs in a served model's items.
  bool shows_images() const;
  std::optional<HttpResponse> handle(RoutedRequest& routed, bool short_only);
  Budget budget(const RoutedRequest& routed, bool short_only) const;
  // Adds the headers of all answers, counts the answer and writes the log. `why` is the problem of a refusal.
  HttpResponse finish(const RoutedRequest& routed, HttpResponse response, const Problem* why);
  std::shared_ptr<const KeyRing> keys() const;  // null: no key is needed

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
