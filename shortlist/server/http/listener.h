// Accepts connections, shares them out over threads, and closes those that take too long.
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
  bool is_full(const std::string& group) const;
  void start(Lane& lane, tcp::socket socket, const std::string& client);
  ConnectionPtr connect(Lane& lane, tcp::socket socket, const std::string& client);
  // Closes the connection of a group of addresses ("": of any) that has kept the server waiting longest.
  // Calls `done`, on the first lane, with whether there was one.
  struct RoomSearch;
  void make_room(std::string group, std::function<void(bool)> done);
  void look_for_room(std::shared_ptr<RoomSearch> search);
  void give_up();
  void sweep_later(Lane& lane);
  void stop_listening();

  const ServerSettings settings_;
  Shared shared_;
  std::vector<Lane> lanes_;
  tcp::acceptor acceptor_{lanes_[0].context};
  asio::steady_timer retry_{lanes_[0].context};
  std::shared_ptr<TlsContext> tls_;
  size_t next_lane_ = 0;
  std::optional<tcp::socket> newcomer_;  // waits for room
};

}  // namespace shortlist
