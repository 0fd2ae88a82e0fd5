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

// Accepts from the constructor on. Connections are shared out over the threads and stay there; an answer that
// may take long runs on threads of its own, so that short ones do not wait for it.
class HttpServer {
 public:
  // Throws a failed Error when the address cannot be had, a data Error for a certificate that cannot be read.
  HttpServer(const ServerSettings& settings, Service& service, Metrics& metrics);
  ~HttpServer();

  uint16_t port() const;
  std::string url() const;  // "http://127.0.0.1:8080/"
  // Reads the certificate again, for connections to come. Throws a data Error and keeps the old one when the
  // files do not fit.
  void load_certificate();

  // Takes no more connections, ends those that wait, and returns when all answers under way are sent, after
  // limits.drain_timeout, or when `hurry` says so, which is asked again and again: true when nothing was cut
  // off.
  bool drain(FunctionRef<bool()> hurry);

 private:
  std::unique_ptr<Listener> listener_;
};

}  // namespace shortlist
