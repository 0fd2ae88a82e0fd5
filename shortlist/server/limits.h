// Limits on what clients may request and on how long it may take.
#pragma once

#include <algorithm>
#include <cstddef>

namespace shortlist {

struct Limits {
  int max_k = 1'000;
  // The number of items in an answer if the request does not give k.
  int default_k() const { return std::min(10, max_k); }
  int max_retrieve = 10'000;
  int max_batch = 256;
  int max_list = 10'000;  // ids in an allow or exclude list
  size_t max_body_bytes = 1 << 20, max_header_bytes = 16 << 10;
  size_t max_answer_bytes = 16 << 20, max_received_bytes = 256 << 20, max_unsent_bytes = 256 << 20;
  // Multiply-adds of one request, as estimated by ModelCost.
  double max_operations = 5e10;
  int max_connections = 1'024, max_connections_per_address = 512;
  int max_waiting = 64;  // long requests
  double rate = 0, burst = 0;
  // In seconds: between requests, for a header, for a body, from a request's last byte to its answer, for a
  // client to read its answer, and for open requests at shutdown.
  double idle_timeout = 60, header_timeout = 10, body_timeout = 30, request_timeout = 10, write_timeout = 30,
         drain_timeout = 30;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("max_k", max_k, "Maximum number of items per answer");
    visit("max_retrieve", max_retrieve, "Maximum number of candidates that retrieval passes to the ranking");
    visit("max_batch", max_batch, "Maximum number of queries per request");
    visit("max_list", max_list, "Maximum number of ids in an allow or exclude list");
    visit("max_body_bytes", max_body_bytes, "Maximum size of a request's body. Requests with more get 413.");
    visit("max_header_bytes", max_header_bytes,
          "Maximum size of a request's header. Requests with more get 431.");
    visit("max_answer_bytes", max_answer_bytes, "Maximum size of an answer. Requests for more get 422.");
    visit("max_received_bytes", max_received_bytes,
          "Maximum total size of request bodies that are not answered yet. Beyond it, requests get 503.");
    visit("max_unsent_bytes", max_unsent_bytes,
          "Maximum total size of answers that clients have not read yet. Beyond it, requests get 503.");
    visit("max_operations", max_operations,
          "Maximum number of estimated multiply-adds per request. Requests that need more get 422.");
    visit("max_connections", max_connections,
          "Maximum number of open connections. Beyond it, the connection that has kept the server waiting "
          "longest is closed, or the new one if there is none.");
    visit(
        "max_connections_per_address", max_connections_per_address,
        "Maximum number of open connections per client address (IPv6: one /64 network). 0 means unlimited.");
    visit("max_waiting", max_waiting,
          "Maximum number of long requests that wait for a thread. Beyond it, requests get 503.");
    visit("rate", rate,
          "Requests per second per API key, or per client address without a key. Excess requests get 429. 0 "
          "means unlimited.");
    visit("burst", burst, "Requests beyond the rate that may arrive at once. 0 means twice the rate.");
    visit("idle_timeout", idle_timeout, "Seconds that a connection may wait for its next request");
    visit("header_timeout", header_timeout, "Seconds for a client to send a request's header");
    visit("body_timeout", body_timeout, "Seconds for a client to send a request's body");
    visit("request_timeout", request_timeout,
          "Seconds from the end of a request to its answer, waiting included. Beyond it, the request gets "
          "503.");
    visit("write_timeout", write_timeout, "Seconds for a client to read its answer");
    visit("drain_timeout", drain_timeout, "Seconds for open requests to finish when the server stops");
  }
};

}  // namespace shortlist
