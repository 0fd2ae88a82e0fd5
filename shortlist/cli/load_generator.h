// Sends requests to a server at a fixed rate, whether or not it answers (an open loop). Latency is measured
// from when a request was due, not from when a connection was free, so a stall affects every request that it
// delayed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace shortlist {

struct LoadOptions {
  std::string address = "127.0.0.1";  // IPv4
  uint16_t port = 8080;
  std::string target = "/v1/recommend";
  std::vector<std::string> bodies;  // JSON, sent in turn
  std::string key;                  // API key; "": none
  double rate = 5'000;  // requests per second; 0: each connection sends the next request as soon as it can
  double seconds = 10;
  int connections = 16;  // kept alive
};

struct LoadResult {
  double seconds = 0;              // from the first request to the last answer
  std::vector<float> latencies;    // seconds, of answers with status 200, ascending
  std::map<int, uint64_t> others;  // other answers by status; 0: the connection was closed
  uint64_t unanswered = 0;         // requests without an answer two seconds after the last was due

  uint64_t answered() const;
  // Quantile of the latencies. `share` is in [0, 1].
  double quantile(double share) const;
};

// Runs on the calling thread. Throws Error(failed) if the server cannot be reached.
LoadResult generate_load(const LoadOptions& options);

// A summary of a few lines.
std::string load_text(const LoadOptions& options, const LoadResult& result);

}  // namespace shortlist
