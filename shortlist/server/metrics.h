// Counts and latencies for Prometheus.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "shortlist/server/stages.h"

namespace shortlist {

// Every call may come from any thread.
class ServerMetrics {
 public:
  ServerMetrics();
  ~ServerMetrics();

  // A request that ended. `operation` is the route's, "" where none fitted.
  void observe_request(std::string_view operation, int status, double seconds);
  // The stages that took part in an answer.
  void observe_stages(const Stages& stages);
  // "rate", "connections", "address", "descriptors", "queue", "bodies", "unsent", "timeout", "gone"
  void count_rejected(std::string_view reason);
  void count_reload(std::string_view model, bool succeeded);
  void set_model(std::string_view model, std::string_view version, int64_t items);
  void connection_opened();
  void connection_closed();

  // Text format 0.0.4.
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shortlist
