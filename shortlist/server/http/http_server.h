// The transport: HTTP/1.1 over TCP, with or without TLS.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "shortlist/base/function_ref.h"
#include "shortlist/server/http/server_settings.h"
#include "shortlist/server/service.h"

namespace shortlist {

class Listener;

// Accepts connections as soon as it is constructed. Connections are distributed over the threads and stay
// there. Answers that may take long are computed on separate threads, so that short ones do not wait for
// them.
class HttpServer {
 public:
  // Throws Error(failed) if the address cannot be bound, Error(data) for a certificate that cannot be read.
  HttpServer(const ServerSettings& settings, Service& service, ServerMetrics& metrics);
  ~HttpServer();

  uint16_t port() const;
  std::string url() const;  // "http://127.0.0.1:8080/"
  // Reloads the certificate for new connections. Throws Error(data) and keeps the old one if the files are
  // invalid.
  void load_certificate();

  // Stops accepting, closes idle connections, and returns when all answers in progress are sent, after
  // limits.drain_timeout, or when `hurry`, which is polled, returns true. Returns true if nothing was cut
  // off.
  bool drain(FunctionRef<bool()> hurry);

 private:
  std::unique_ptr<Listener> listener_;
};

}  // namespace shortlist
