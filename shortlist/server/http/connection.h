// A client's connection: reads requests, has them answered, writes the answers. Each belongs to one lane.
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

// What a connection is doing decides how long it may take, and whether it may be let go for another.
enum class Phase {
  idle,  // between requests
  handshake,
  header,  // the first bytes of a request have come
  body,
  working,  // the answer is being made
  writing,
  lingering,  // answered; reads away what still comes, so that the client sees the answer
};

class ConnectionBase {
 public:
  virtual ~ConnectionBase() = default;
  virtual void start() = 0;
  // From now on it is none of the open ones. What is under way ends with an error.
  virtual void cut() = 0;
  // Between requests, and no byte of another has come.
  virtual bool is_quiet() = 0;
  // Cuts the connection of a client that has gone while its answer is being made.
  virtual void cut_if_gone() = 0;
  // The answer that is being made is given up.
  void cancel() { cancelled_ = true; }

  // Whether it may be closed so that another client is let in: it waits for its client, or its client has
  // taken nothing of its answer for some time.
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
  const std::string group_;  // its client's, as AddressCounts counts them
};

using ConnectionPtr = std::shared_ptr<ConnectionBase>;

// The connections of one thread, those that have waited longest first. No lock: one thread alone uses it.
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

// What all connections share.
struct Shared {
  Service& service;
  ServerMetrics& metrics;
  const Limits& limits;
  Workers slow_answers;
  std::atomic<int> slow_waiting = 0;
  std::atomic<int> open = 0;  // connections that are not cut
  // Bytes of bodies that have come and are not answered yet, and of answers that clients have not taken yet.
  std::atomic<size_t> received = 0, unsent = 0;
  std::atomic<bool> draining = false;
  std::atomic<bool> stopped = false;  // no answer is wanted any more
  AddressCounts addresses;
};

// Both count the connection as open at once; start() must be called on the lane's thread.
ConnectionPtr make_connection(tcp::socket socket, const std::string& client, EventLoop& lane, Shared& shared);
ConnectionPtr make_connection(TlsStream stream, const std::string& client, EventLoop& lane, Shared& shared);

}  // namespace shortlist
