// Accepts connections, distributes them over threads, and closes those that take too long.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/server/http/connection.h"
#include "shortlist/server/http/server_settings.h"
#include "shortlist/server/service.h"

namespace shortlist {

class Listener {
 public:
  Listener(const ServerSettings& settings, Service& service, ServerMetrics& metrics);
  ~Listener();

  const ServerSettings& settings() const { return settings_; }
  uint16_t port() const { return acceptor_.local_endpoint().port(); }
  bool drain(FunctionRef<bool()> hurry);  // same as HttpServer::drain
  void load_certificate();

 private:
  void listen();
  void start_lanes();
  void end_lanes();
  EventLoop& choose_lane();
  void accept();
  void accept_later();
  void admit(EventLoop& lane, tcp::socket socket);
  bool is_full(const std::string& group) const;
  void start(EventLoop& lane, tcp::socket socket, const std::string& client);
  ConnectionPtr connect(EventLoop& lane, tcp::socket socket, const std::string& client);
  // Closes the connection of a group of addresses ("" for any) that has kept the server waiting longest. Then
  // calls `done` on the first lane with whether there was one.
  struct RoomSearch;
  void make_room(std::string group, std::function<void(bool)> done);
  void look_for_room(std::shared_ptr<RoomSearch> search);
  void give_up();
  void sweep_later(EventLoop& lane);
  void stop_listening();

  const ServerSettings settings_;
  Shared shared_;
  std::vector<EventLoop> loops_;
  tcp::acceptor acceptor_{loops_[0].context};
  asio::steady_timer retry_{loops_[0].context};
  std::shared_ptr<TlsContext> tls_;
  size_t next_lane_ = 0;
  std::optional<tcp::socket> newcomer_;  // accepted, waiting for room
};

}  // namespace shortlist
