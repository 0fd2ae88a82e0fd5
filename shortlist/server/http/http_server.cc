#include "shortlist/server/http/http_server.h"

#include "shortlist/base/error.h"
#include "shortlist/server/http/listener.h"

namespace shortlist {

bool is_loopback(const std::string& address) { return read_address(address).is_loopback(); }

HttpServer::HttpServer(const ServerSettings& settings, Service& service, ServerMetrics& metrics)
    : listener_(std::make_unique<Listener>(settings, service, metrics)) {}
HttpServer::~HttpServer() = default;
uint16_t HttpServer::port() const { return listener_->port(); }
std::string HttpServer::url() const {
  const ServerSettings& settings = listener_->settings();
  const bool v6 = settings.address.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}/", settings.tls_certificate.empty() ? "http" : "https", v6 ? "[" : "",
                     settings.address, v6 ? "]" : "", port());
}
bool HttpServer::drain(FunctionRef<bool()> hurry) { return listener_->drain(hurry); }
void HttpServer::load_certificate() { listener_->load_certificate(); }

}  // namespace shortlist
