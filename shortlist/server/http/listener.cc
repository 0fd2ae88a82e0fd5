#include "shortlist/server/http/listener.h"

#include "shortlist/base/error.h"
#include "shortlist/base/start_thread.h"
#include "shortlist/server/http/client_address.h"
#include "shortlist/server/http/tls.h"

namespace shortlist {
namespace {

constexpr auto kSweepEvery = std::chrono::milliseconds(100);

// The connection of the group ("" for any) that has kept the lane waiting longest. Null if none may be
// closed.
ConnectionPtr longest_waiting(const EventLoop& lane, const std::string& group) {
  const auto now = Clock::now();
  for (const ConnectionPtr& connection : lane.connections.all())
    if (connection->may_make_room(now) && (group.empty() || connection->group() == group)) return connection;
  return nullptr;
}

}  // namespace

int thread_count(int threads) {
  return threads > 0 ? threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

asio::ip::address read_address(const std::string& text) {
  SocketError error;
  const asio::ip::address address = asio::ip::make_address(text, error);
  if (error) throw usage_error("'{}': need an IP address, such as 127.0.0.1 or ::1", text);
  return address;
}

Listener::Listener(const ServerSettings& given, Service& service, ServerMetrics& metrics)
    : settings_(given),
      shared_{service, metrics, service.limits(), Workers(thread_count(given.threads))},
      loops_(static_cast<size_t>(thread_count(given.threads))) {
  if (!settings_.tls_certificate.empty()) tls_ = make_tls(settings_);
  listen();
  start_lanes();
  accept();
}

void Listener::start_lanes() {
  try {
    for (EventLoop& lane : loops_) {
      sweep_later(lane);
      lane.thread = start_thread([&lane] { lane.context.run(); });
    }
  } catch (...) {
    end_lanes();  // destroying a joinable thread would terminate the program
    throw;
  }
}

void Listener::end_lanes() {
  for (EventLoop& lane : loops_) lane.context.stop();
  for (EventLoop& lane : loops_)
    if (lane.thread.joinable()) lane.thread.join();
}

Listener::~Listener() {
  give_up();
  end_lanes();
  shared_.slow_answers.join();
}

// Queued requests end as soon as they start, the others when they next check the deadline.
void Listener::give_up() { shared_.stopped = true; }

void Listener::listen() {
  const auto fail = [&](const std::string& why) {
    return failed("cannot listen on {} port {}: {}", settings_.address, settings_.port, why);
  };
  SocketError error;
  const tcp::endpoint endpoint(read_address(settings_.address), settings_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (error) throw fail(error.message());
  acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  acceptor_.bind(endpoint, error);
  if (error) throw fail(error.message());
  acceptor_.listen(1024, error);
  if (error) throw fail(error.message());
}

EventLoop& Listener::choose_lane() { return loops_[next_lane_++ % loops_.size()]; }

void Listener::accept() {
  if (!acceptor_.is_open()) return;
  EventLoop& lane = choose_lane();
  acceptor_.async_accept(lane.context, [this, &lane](SocketError error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) return admit(lane, std::move(socket));
    // Out of descriptors or memory.
    shared_.metrics.count_rejected("descriptors");
    make_room("", [this](bool made) { made ? accept() : accept_later(); });
  });
}

void Listener::accept_later() {
  retry_.expires_after(std::chrono::milliseconds(50));
  retry_.async_wait([this](SocketError error) {
    if (!error) accept();
  });
}

bool Listener::is_full(const std::string& group) const {
  const int most = shared_.limits.max_connections_per_address;
  return most > 0 && shared_.addresses.count(group) >= most;
}

// Accepts the next connection once this one is admitted or rejected, so that at most one is open beyond the
// limits.
void Listener::admit(EventLoop& lane, tcp::socket socket) {
  SocketError error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return accept();
  const std::string address = peer.address().to_string();
  const std::string group = client_network(address);
  const bool group_is_full = is_full(group);
  if (!group_is_full && shared_.open < shared_.limits.max_connections) {
    start(lane, std::move(socket), address);
    return accept();
  }
  shared_.metrics.count_rejected(group_is_full ? "address" : "connections");
  newcomer_.emplace(std::move(socket));
  make_room(group_is_full ? group : "", [this, &lane, address](bool made) {
    if (made) start(lane, std::move(*newcomer_), address);
    newcomer_.reset();
    accept();
  });
}

void Listener::start(EventLoop& lane, tcp::socket socket, const std::string& client) {
  SocketError error;
  socket.set_option(tcp::no_delay(true), error);
  asio::post(lane.context, [connection = connect(lane, std::move(socket), client)] { connection->start(); });
}

ConnectionPtr Listener::connect(EventLoop& lane, tcp::socket socket, const std::string& client) {
  if (const auto certificate = std::atomic_load(&tls_))
    return make_connection(TlsStream(std::move(socket), *certificate), client, lane, shared_);
  return make_connection(std::move(socket), client, lane, shared_);
}

// Visits the lanes in turn, since only a lane's thread may look at its connections, then closes the one
// found.
struct Listener::RoomSearch {
  std::string group;
  std::function<void(bool)> done;
  size_t next = 0;  // next lane to visit
  EventLoop* lane = nullptr;
  Clock::time_point since = Clock::time_point::max();  // of the longest waiting so far, in `lane`
};

void Listener::make_room(std::string group, std::function<void(bool)> done) {
  auto search = std::make_shared<RoomSearch>();
  search->group = std::move(group);
  search->done = std::move(done);
  look_for_room(std::move(search));
}

void Listener::look_for_room(std::shared_ptr<RoomSearch> search) {
  if (search->next < loops_.size()) {
    EventLoop& lane = loops_[search->next++];
    asio::post(lane.context, [this, search, &lane] {
      const ConnectionPtr found = longest_waiting(lane, search->group);
      if (found != nullptr && found->since < search->since) {
        search->lane = &lane;
        search->since = found->since;
      }
      look_for_room(search);
    });
    return;
  }
  const auto close_one = [this, search] {
    const ConnectionPtr found =
        search->lane != nullptr ? longest_waiting(*search->lane, search->group) : nullptr;
    if (found != nullptr) found->cut();
    asio::post(loops_[0].context, [search, made = found != nullptr] { search->done(made); });
  };
  asio::post((search->lane != nullptr ? *search->lane : loops_[0]).context, close_one);
}

void Listener::sweep_later(EventLoop& lane) {
  lane.sweep.expires_after(kSweepEvery);
  lane.sweep.async_wait([this, &lane](SocketError error) {
    if (error) return;
    const auto now = Clock::now();
    for (const ConnectionPtr& connection : lane.connections.all()) {
      const bool unwanted = shared_.draining && connection->is_quiet();
      if (unwanted || connection->deadline <= now) connection->cut();
      connection->cut_if_gone();
    }
    sweep_later(lane);
  });
}

// Closing resets the connections in the system's accept queue, so they are accepted first.
void Listener::stop_listening() {
  SocketError error;
  acceptor_.non_blocking(true, error);
  while (!error) {
    EventLoop& lane = choose_lane();
    tcp::socket socket(lane.context);
    acceptor_.accept(socket, error);
    if (error) break;
    SocketError gone;
    const auto peer = socket.remote_endpoint(gone);
    if (!gone && shared_.open < shared_.limits.max_connections)
      start(lane, std::move(socket), peer.address().to_string());
  }
  acceptor_.close(error);
  retry_.cancel();
}

bool Listener::drain(FunctionRef<bool()> hurry) {
  asio::post(loops_[0].context, asio::use_future([this] { stop_listening(); })).get();
  shared_.draining = true;
  const auto end = in_seconds(shared_.limits.drain_timeout);
  while (shared_.open > 0 && Clock::now() < end && !hurry())
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  give_up();
  return shared_.open == 0;
}

void Listener::load_certificate() { std::atomic_store(&tls_, make_tls(settings_)); }

}  // namespace shortlist
