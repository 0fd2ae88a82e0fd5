// Sends requests to a server at a fixed rate, whatever it answers (an open loop): a request's time counts
// from when it was due, not from when a connection was free, so a stall shows in every request that it held
// up.
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
  std::string key;                  // of the server; "": none
  double rate = 5'000;              // requests a second; 0: each connection asks again as soon as it may
  double seconds = 10;
  int connections = 16;  // kept alive
};

struct LoadResult {
  double seconds = 0;              // from the first request to the last answer
  std::vector<float> latencies;    // seconds, of answers with status 200, ascending
  std::map<int, uint64_t> others;  // other answers by status; 0: a connection that ended
  uint64_t unanswered = 0;         // requests that had no answer two seconds after the last was due

  uint64_t answered() const;
  // Of the answers with status 200, in [0, 1].
  double quantile(double share) const;
};

// Runs in the calling thread. Throws a failed Error when the server cannot be reached.
LoadResult generate_load(const LoadOptions& options);

// A few lines for people.
std::string load_text(const LoadOptions& options, const LoadResult& result);

}  // namespace shortlist
