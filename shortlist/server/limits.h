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
    visit("max_k", max_k, "items in an answer");
    visit("max_retrieve", max_retrieve, "candidates that retrieval passes to the ranking");
    visit("max_batch", max_batch, "queries in one request");
    visit("max_list", max_list, "ids of an allow or exclude list");
    visit("max_body_bytes", max_body_bytes, "of a request's body; more: 413");
    visit("max_header_bytes", max_header_bytes, "of a request's header; more: 431");
    visit("max_answer_bytes", max_answer_bytes, "Size of an answer. Requests for more get 422.");
    visit("max_received_bytes", max_received_bytes,
          "Total size of request bodies that are not answered yet. Beyond it, requests get 503.");
    visit("max_unsent_bytes", max_unsent_bytes,
          "Total size of answers that clients have not read yet. Beyond it, requests get 503.");
    visit("max_operations", max_operations,
          "Estimated multiply-adds of one request. Requests that need more get 422.");
    visit("max_connections", max_connections,
          "Maximum number of open connections. Beyond it, the connection that has kept the server waiting "
          "longest is closed, or the new one if there is none.");
    visit("max_connections_per_address", max_connections_per_address,
          "The same for the connections of one client address (IPv6: one /64 network). 0 means unlimited.");
    visit("max_waiting", max_waiting, "long requests that may wait for a thread; more: 503");
    visit("rate", rate, "requests a second of a key, or of an address without one; more: 429; 0: any");
    visit("burst", burst, "requests at once beyond the rate; 0: twice the rate");
    visit("idle_timeout", idle_timeout, "seconds that a connection may wait for its next request");
    visit("header_timeout", header_timeout, "seconds for a request's header");
    visit("body_timeout", body_timeout, "seconds for a request's body");
    visit("request_timeout", request_timeout,
          "Seconds from the end of a request to its answer, waiting included. Beyond it, the request gets "
          "503.");
    visit("write_timeout", write_timeout, "seconds for a client to take its answer");
    visit("drain_timeout", drain_timeout, "seconds for open requests when the server ends");
  }
};

}  // namespace shortlist
