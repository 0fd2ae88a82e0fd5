// From a request to its answer, without sockets: routes, permission, problems, metrics.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "shortlist/server/metrics.h"
#include "shortlist/server/model_store.h"
#include "shortlist/server/rate_limiter.h"
#include "shortlist/server/route.h"

namespace shortlist {

struct ServiceOptions {
  Limits limits;
  std::optional<KeyRing> keys;  // none: whoever reaches the server may read, and nobody is admin
  // Answers only requests that name this machine by a loopback name, so that a page of another site cannot
  // reach it under a name of its own (DNS rebinding).
  bool local_only = true;
};

class Service {
 public:
  Service(ModelStore& models, Metrics& metrics, ServiceOptions options);

  // Never throws; may be called from many threads at once.
  HttpResponse handle(const HttpRequest& request);
  // Whether the answer may take long, so that it should not hold up others.
  bool is_slow(const HttpRequest& request) const;

  // For requests to come, which from now on need a key.
  void set_keys(KeyRing keys);

  // From now on /readyz says that no more requests should come.
  void set_draining() { draining_ = true; }
  const Limits& limits() const { return limits_; }
  const Routes& routes() const { return routes_; }

 private:
  struct Match {
    const Route* route = nullptr;
    std::vector<std::string> parameters;
    std::string model;  // "" for the first
  };
  // Throws a 405 Problem where the path is there but not for the method.
  Match match(std::string_view method, const Url& url) const;
  Match match_segments(std::string_view method, const std::vector<std::string>& segments,
                       std::set<std::string>& allowed) const;
  HttpResponse run(const HttpRequest& request, const Url& url, Match found);
  HttpResponse answer(const HttpRequest& request, std::string& operation);
  std::shared_ptr<const KeyRing> keys() const;  // null: nobody needs one
  // Throws a Problem: 421, 429, 401 or 403.
  void admit(const HttpRequest& request, const Route& route);
  void add_operation_routes();

  ModelStore& models_;
  Metrics& metrics_;
  const Limits limits_;
  const bool local_only_;
  RateLimiter rates_;
  mutable std::mutex keys_mutex_;
  std::shared_ptr<const KeyRing> keys_;
  Routes routes_;
  std::vector<std::vector<std::string>> patterns_;  // the segments of each route's path
  std::atomic<bool> draining_ = false;
};

}  // namespace shortlist
