// Counts and latencies for Prometheus.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "shortlist/server/stages.h"

namespace shortlist {

// All functions are thread-safe.
class ServerMetrics {
 public:
  ServerMetrics();
  ~ServerMetrics();

  // Counts a finished request. `operation` is the route's, or "" if no route matched.
  void observe_request(std::string_view operation, int status, double seconds);
  // Records the stages of an answer.
  void observe_stages(const Stages& stages);
  // `reason` is "rate", "connections", "address", "descriptors", "queue", "bodies", "unsent", "timeout",
  // "version" or "gone".
  void count_rejected(std::string_view reason);
  void count_reload(std::string_view model, bool succeeded);
  void set_model(std::string_view model, std::string_view version, int64_t items);
  void connection_opened();
  void connection_closed();

  // The metrics in Prometheus text format 0.0.4.
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shortlist
