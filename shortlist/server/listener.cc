#include "shortlist/server/listener.h"

#include "shortlist/base/error.h"
#include "shortlist/server/tls.h"

namespace shortlist {
namespace {

constexpr auto kSweepEvery = std::chrono::milliseconds(100);

size_t thread_count(int threads) {
  return threads > 0 ? static_cast<size_t>(threads) : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

asio::ip::address read_address(const std::string& text) {
  SocketError error;
  const asio::ip::address address = asio::ip::make_address(text, error);
  if (error) throw usage_error("'{}': need an IP address, such as 127.0.0.1 or ::1", text);
  return address;
}

Listener::Listener(const ServerSettings& given, Service& service, Metrics& metrics)
    : settings_(given),
      shared_{service, metrics, service.limits(), asio::thread_pool(thread_count(given.threads))},
      lanes_(thread_count(given.threads)) {
  if (!settings_.tls_certificate.empty()) tls_ = make_tls(settings_);
  listen();
  for (Lane& lane : lanes_) {
    sweep_later(lane);
    lane.thread = std::thread([&lane] { lane.context.run(); });
  }
  accept();
}

Listener::~Listener() {
  for (Lane& lane : lanes_) lane.context.stop();
  for (Lane& lane : lanes_) lane.thread.join();
  shared_.slow_answers.join();
}

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

Lane& Listener::choose_lane() { return lanes_[next_lane_++ % lanes_.size()]; }

void Listener::accept() {
  Lane& lane = choose_lane();
  acceptor_.async_accept(lane.context, [this, &lane](SocketError error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) admit(lane, std::move(socket));
    // Out of descriptors: give the others time to end.
    if (error) return accept_later();
    accept();
  });
}

void Listener::accept_later() {
  retry_.expires_after(std::chrono::milliseconds(50));
  retry_.async_wait([this](SocketError error) {
    if (!error) accept();
  });
}

void Listener::admit(Lane& lane, tcp::socket socket) {
  SocketError error;
  socket.set_option(tcp::no_delay(true), error);
  const auto peer = socket.remote_endpoint(error);
  if (error) return;
  ConnectionPtr connection = connect(lane, std::move(socket), peer.address().to_string());
  asio::post(lane.context, [this, &lane, connection = std::move(connection)] {
    if (shared_.open > shared_.limits.max_connections) make_room(lane);
    connection->start();
  });
}

ConnectionPtr Listener::connect(Lane& lane, tcp::socket socket, std::string client) {
  if (const auto certificate = std::atomic_load(&tls_)) {
    return make_connection(TlsStream(std::move(socket), *certificate), std::move(client), lane, shared_);
  }
  return make_connection(std::move(socket), std::move(client), lane, shared_);
}

// Lets go the client that has kept us waiting longest.
void Listener::make_room(Lane& lane) {
  shared_.metrics.count_rejected("connections");
  for (const ConnectionPtr& connection : lane.connections.all())
    if (connection->waits_for_client()) return connection->cut();
}

void Listener::sweep_later(Lane& lane) {
  lane.sweep.expires_after(kSweepEvery);
  lane.sweep.async_wait([this, &lane](SocketError error) {
    if (error) return;
    const auto now = Clock::now();
    for (const ConnectionPtr& connection : lane.connections.all()) {
      const bool unwanted = shared_.draining && connection->is_quiet();
      if (unwanted || connection->deadline <= now) connection->cut();
    }
    sweep_later(lane);
  });
}

// A close resets the connections that wait in the system's queue: they come in first.
void Listener::stop_listening() {
  SocketError error;
  acceptor_.non_blocking(true, error);
  while (!error) {
    Lane& lane = choose_lane();
    tcp::socket socket(lane.context);
    acceptor_.accept(socket, error);
    if (!error) admit(lane, std::move(socket));
  }
  acceptor_.close(error);
  retry_.cancel();
}

bool Listener::drain(FunctionRef<bool()> hurry) {
  asio::post(lanes_[0].context, asio::use_future([this] { stop_listening(); })).get();
  shared_.draining = true;
  const auto end = in_seconds(shared_.limits.drain_timeout);
  while (shared_.open > 0 && Clock::now() < end && !hurry())
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return shared_.open == 0;
}

void Listener::load_certificate() { std::atomic_store(&tls_, make_tls(settings_)); }

}  // namespace shortlist
