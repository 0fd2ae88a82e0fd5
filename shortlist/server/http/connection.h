// A client's connection: reads requests, passes them to the service, writes the answers. Each belongs to one
// lane.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "shortlist/server/http/address_counts.h"
#include "shortlist/server/http/sockets.h"
#include "shortlist/server/http/workers.h"
#include "shortlist/server/service.h"

namespace shortlist {

// What a connection is doing. Decides its timeout, and whether it may be closed to make room for another.
enum class Phase {
  idle,  // between requests
  handshake,
  header,  // the first bytes of a request have arrived
  body,
  working,  // the answer is being computed
  writing,
  lingering,  // answered; discards what still arrives, so that the client sees the answer
};

class ConnectionBase {
 public:
  virtual ~ConnectionBase() = default;
  virtual void start() = 0;
  // Closes the connection, which no longer counts as open. Work in progress ends with an error.
  virtual void cut() = 0;
  // Whether it is between requests and no byte of the next one has arrived.
  virtual bool is_quiet() = 0;
  // Closes the connection if its client has disconnected while the answer is being computed.
  virtual void cut_if_gone() = 0;
  // Cancels the answer that is being computed.
  void cancel() { cancelled_ = true; }

  // Whether it may be closed to let another client in: it is waiting for its client, or its client has not
  // read any of its answer for some time.
  bool may_make_room(Clock::time_point now) const;
  const std::string& group() const { return group_; }

  Phase phase = Phase::idle;
  Clock::time_point deadline = Clock::time_point::max();
  Clock::time_point since;  // the last change of phase, or the last bytes that were sent
  bool is_cut = false;

 protected:
  explicit ConnectionBase(std::string group) : group_(std::move(group)) {}
  std::atomic<bool> cancelled_ = false;

 private:
  const std::string group_;  // of its client, as AddressCounts counts them
};

using ConnectionPtr = std::shared_ptr<ConnectionBase>;

// The connections of one thread, longest waiting first. Not locked: only that thread uses it.
class ConnectionList {
 public:
  using Position = std::list<ConnectionPtr>::iterator;
  Position add(ConnectionPtr connection) { return all_.insert(all_.end(), std::move(connection)); }
  void remove(Position position) { all_.erase(position); }
  void moved(Position position) { all_.splice(all_.end(), all_, position); }
  size_t size() const { return all_.size(); }
  const std::list<ConnectionPtr>& all() const { return all_; }

 private:
  std::list<ConnectionPtr> all_;
};

// A thread with its connections.
struct EventLoop {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  asio::steady_timer sweep{context};
  ConnectionList connections;
  std::thread thread;
};

// State shared by all connections.
struct Shared {
  Service& service;
  ServerMetrics& metrics;
  const Limits& limits;
  Workers slow_answers;
  std::atomic<int> slow_waiting = 0;
  std::atomic<int> open = 0;  // connections that were not closed by cut()
  // Bytes of received bodies whose requests are not answered yet, and of answers that clients have not read
  // yet.
  std::atomic<size_t> received = 0, unsent = 0;
  std::atomic<bool> draining = false;
  std::atomic<bool> stopped = false;  // answers are no longer needed
  AddressCounts addresses;
};

// Both count the connection as open immediately. start() must be called on the lane's thread.
ConnectionPtr make_connection(tcp::socket socket, const std::string& client, EventLoop& lane, Shared& shared);
ConnectionPtr make_connection(TlsStream stream, const std::string& client, EventLoop& lane, Shared& shared);

}  // namespace shortlist
