// Accepts connections, shares them out over threads, and closes those that take too long.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/server/connection.h"
#include "shortlist/server/http_server.h"

namespace shortlist {

class Listener {
 public:
  Listener(const ServerSettings& settings, Service& service, Metrics& metrics);
  ~Listener();

  const ServerSettings& settings() const { return settings_; }
  uint16_t port() const { return acceptor_.local_endpoint().port(); }
  bool drain(FunctionRef<bool()> hurry);  // as HttpServer::drain
  void load_certificate();

 private:
  void listen();
  Lane& choose_lane();
  void accept();
  void accept_later();
  void admit(Lane& lane, tcp::socket socket);
  ConnectionPtr connect(Lane& lane, tcp::socket socket, std::string client);
  void make_room(Lane& lane);
  void sweep_later(Lane& lane);
  void stop_listening();

  const ServerSettings settings_;
  Shared shared_;
  std::vector<Lane> lanes_;
  tcp::acceptor acceptor_{lanes_[0].context};
  asio::steady_timer retry_{lanes_[0].context};
  std::shared_ptr<TlsContext> tls_;
  size_t next_lane_ = 0;
};

}  // namespace shortlist
