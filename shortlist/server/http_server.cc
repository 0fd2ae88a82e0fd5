#include "shortlist/server/http_server.h"

#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <optional>
#include <thread>
#include <vector>

namespace shortlist {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::beast::flat_buffer;
using Clock = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;
using TlsStream = asio::ssl::stream<tcp::socket>;

constexpr size_t kReadSize = 16 << 10;
constexpr auto kSweepEvery = std::chrono::milliseconds(100);
constexpr double kLingerSeconds = 2;

Clock::time_point in_seconds(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

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

class ConnectionBase;
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
struct Lane {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  asio::steady_timer sweep{context};
  ConnectionList connections;
  std::thread thread;
};

// What all connections share.
struct Shared {
  Service& service;
  Metrics& metrics;
  const Limits& limits;
  asio::thread_pool slow_answers;
  std::atomic<int> slow_waiting = 0;
  std::atomic<int> open = 0;  // connections that are not cut
  std::atomic<bool> draining = false;
};

class ConnectionBase {
 public:
  virtual ~ConnectionBase() = default;
  virtual void start() = 0;
  // From now on it is none of the open ones. What is under way ends with an error.
  virtual void cut() = 0;
  // Between requests, and no byte of another has come.
  virtual bool is_quiet() = 0;

  Phase phase = Phase::idle;
  Clock::time_point deadline = Clock::time_point::max();
  bool is_cut = false;
  bool waits_for_client() const {
    return !is_cut && (phase == Phase::idle || phase == Phase::handshake || phase == Phase::header ||
                       phase == Phase::body);
  }
};

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

// The status line and header. `length` is that of the content, which may be left out.
std::string header_text(const HttpResponse& response, size_t length, bool keep_alive,
                        std::string_view request_id) {
  std::string text;
  text.reserve(256);
  fmt::format_to(std::back_inserter(text), "HTTP/1.1 {} {}\r\n", response.status,
                 status_text(response.status));
  if (length > 0) fmt::format_to(std::back_inserter(text), "Content-Type: {}\r\n", response.content_type);
  if (response.status != 304 && response.status != 204)
    fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", length);
  for (const auto& [name, value] : response.headers)
    fmt::format_to(std::back_inserter(text), "{}: {}\r\n", name, value);
  if (!request_id.empty()) fmt::format_to(std::back_inserter(text), "X-Request-Id: {}\r\n", request_id);
  if (!keep_alive) text += "Connection: close\r\n";
  text += "X-Content-Type-Options: nosniff\r\n\r\n";
  return text;
}

// What the client did wrong before there was a request to answer.
Problem parse_problem(const ErrorCode& error, const Limits& limits) {
  if (error == http::error::body_limit)
    return {413, "body_too_large", fmt::format("the body has more than {} bytes", limits.max_body_bytes)};
  if (error == http::error::header_limit)
    return {431, "header_too_large",
            fmt::format("the header has more than {} bytes", limits.max_header_bytes)};
  if (error == http::error::bad_version) return {505, "bad_version", "need HTTP/1.1"};
  return {400, "bad_request", fmt::format("not an HTTP request: {}", error.message())};
}

template <typename Stream>
class Connection final : public ConnectionBase, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(Stream stream, std::string client, Lane& lane, Shared& shared)
      : stream_(std::move(stream)), client_(std::move(client)), lane_(lane), shared_(shared) {
    ++shared_.open;
    shared_.metrics.connection_opened();
  }
  ~Connection() override { leave(); }

  void start() override {
    position_ = lane_.connections.add(this->shared_from_this());
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      enter(Phase::handshake, shared_.limits.header_timeout);
      stream_.async_handshake(asio::ssl::stream_base::server, [self = self()](ErrorCode error) {
        if (error) return self->end();
        self->wait_for_request();
      });
    } else {
      wait_for_request();
    }
  }

  // The handlers of what was under way end the connection.
  void cut() override {
    leave();
    ErrorCode ignored;
    socket().close(ignored);
  }

  bool is_quiet() override {
    ErrorCode ignored;
    return phase == Phase::idle && socket().available(ignored) == 0;
  }

 private:
  std::shared_ptr<Connection> self() { return this->shared_from_this(); }
  tcp::socket& socket() {
    if constexpr (std::is_same_v<Stream, TlsStream>)
      return stream_.next_layer();
    else
      return stream_;
  }

  void leave() {
    if (std::exchange(is_cut, true)) return;
    --shared_.open;
    shared_.metrics.connection_closed();
  }

  void enter(Phase next, double seconds) {
    phase = next;
    deadline = in_seconds(seconds);
    lane_.connections.moved(position_);
  }

  void end() {
    if (ended_) return;
    ended_ = true;
    cut();
    lane_.connections.remove(position_);
  }

  void wait_for_request() {
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(shared_.limits.max_header_bytes));
    parser_->body_limit(shared_.limits.max_body_bytes);
    parser_->eager(true);
    enter(Phase::idle, shared_.limits.idle_timeout);
    if (buffer_.size() > 0) return parse();
    read();
  }

  void read() {
    stream_.async_read_some(buffer_.prepare(kReadSize), [self = self()](ErrorCode error, size_t size) {
      if (error) return self->end();
      self->buffer_.commit(size);
      self->parse();
    });
  }

  void parse() {
    if (phase == Phase::idle) enter(Phase::header, shared_.limits.header_timeout);
    const bool had_header = parser_->is_header_done();
    ErrorCode error;
    while (buffer_.size() > 0 && !parser_->is_done()) {
      const size_t used = parser_->put(buffer_.data(), error);
      buffer_.consume(used);
      if (error || used == 0) break;
    }
    if (error && error != http::error::need_more) return refuse(parse_problem(error, shared_.limits));
    if (!had_header && parser_->is_header_done() && !parser_->is_done()) {
      enter(Phase::body, shared_.limits.body_timeout);
      if (view(parser_->get()[http::field::expect]) == "100-continue") return promise();
    }
    if (!parser_->is_done()) return read();
    answer();
  }

  // The client waits for leave before it sends its body.
  void promise() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kContinue), [self = self()](ErrorCode error, size_t) {
      if (error) return self->end();
      self->read();
    });
  }

  HttpRequest request() const {
    const auto& message = parser_->get();
    return {.method = view(message.method_string()),
            .target = view(message.target()),
            .body = message.body(),
            .host = view(message[http::field::host]),
            .content_type = view(message[http::field::content_type]),
            .authorization = view(message[http::field::authorization]),
            .api_key = view(message["X-API-Key"]),
            .request_id = view(message["X-Request-Id"]),
            .if_none_match = view(message[http::field::if_none_match]),
            .client = client_};
  }

  void answer() {
    phase = Phase::working;
    deadline = Clock::time_point::max();
    RoutedRequest routed = shared_.service.route(request());
    if (!routed.is_slow()) return write(shared_.service.handle(std::move(routed)));
    if (shared_.slow_waiting.fetch_add(1) >= shared_.limits.max_waiting) {
      --shared_.slow_waiting;
      shared_.metrics.count_rejected("queue");
      Problem problem(503, "busy", "too many long requests wait already");
      problem.headers.emplace_back("Retry-After", "1");
      return write(problem_response(problem, routed.request.target));
    }
    asio::post(shared_.slow_answers, [self = self(), routed = std::move(routed)]() mutable {
      HttpResponse response = self->shared_.service.handle(std::move(routed));
      --self->shared_.slow_waiting;
      asio::post(self->lane_.context,
                 [self, response = std::move(response)]() mutable { self->write(std::move(response)); });
    });
  }

  void write(HttpResponse response) {
    const auto& message = parser_->get();
    const bool stays = message.keep_alive() && !shared_.draining;
    const bool head = message.method() == http::verb::head;
    send(std::move(response), stays, head, view(message["X-Request-Id"]));
  }

  // An answer to what was no request; what still comes is not understood.
  void refuse(const Problem& problem) { send(problem_response(problem, ""), false, false, ""); }

  void send(HttpResponse response, bool stays, bool head, std::string_view request_id) {
    response_ = std::move(response);
    const std::string_view content = response_.content();
    header_ = header_text(response_, content.size(), stays, request_id);
    enter(Phase::writing, shared_.limits.write_timeout);
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(header_),
                                                       head ? asio::const_buffer() : asio::buffer(content)};
    asio::async_write(stream_, buffers, [self = self(), stays](ErrorCode error, size_t) {
      if (error) return self->end();
      if (stays) return self->wait_for_request();
      self->linger();
    });
  }

  // A close while bytes still come in would reset the connection before the client has read the answer.
  void linger() {
    enter(Phase::lingering, kLingerSeconds);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_shutdown([self = self()](ErrorCode) { self->end(); });
    } else {
      ErrorCode error;
      socket().shutdown(tcp::socket::shutdown_send, error);
      if (error) return end();
      read_away();
    }
  }

  void read_away() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kReadSize), [self = self()](ErrorCode error, size_t) {
      if (error) return self->end();
      self->read_away();
    });
  }

  Stream stream_;
  const std::string client_;
  Lane& lane_;
  Shared& shared_;
  ConnectionList::Position position_;
  bool ended_ = false;
  flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  HttpResponse response_;
  std::string header_;
};

asio::ip::address read_address(const std::string& text) {
  ErrorCode error;
  const asio::ip::address address = asio::ip::make_address(text, error);
  if (error) throw usage_error("'{}': need an IP address, such as 127.0.0.1 or ::1", text);
  return address;
}

// TLS 1.2 and later, with the library's own choice of ciphers.
std::shared_ptr<asio::ssl::context> make_tls(const ServerSettings& settings) {
  auto tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                   asio::ssl::context::no_tlsv1_1);
  ErrorCode error;
  tls->use_certificate_chain_file(settings.tls_certificate, error);
  if (error) throw data_error("{}: {}, need a PEM certificate", settings.tls_certificate, error.message());
  tls->use_private_key_file(settings.tls_key, asio::ssl::context::pem, error);
  if (error) throw data_error("{}: {}, need the certificate's PEM key", settings.tls_key, error.message());
  return tls;
}

}  // namespace

struct HttpServer::State {
  State(const ServerSettings& given, Service& service, Metrics& metrics)
      : settings(given),
        shared{service, metrics, service.limits(), asio::thread_pool(thread_count(given.threads))},
        lanes(thread_count(given.threads)) {
    if (!settings.tls_certificate.empty()) tls = make_tls(settings);
    listen();
    for (Lane& lane : lanes) {
      sweep_later(lane);
      lane.thread = std::thread([&lane] { lane.context.run(); });
    }
    accept();
  }

  ~State() {
    for (Lane& lane : lanes) lane.context.stop();
    for (Lane& lane : lanes) lane.thread.join();
    shared.slow_answers.join();
  }

  static size_t thread_count(int threads) {
    return threads > 0 ? static_cast<size_t>(threads) : std::max(1u, std::thread::hardware_concurrency());
  }

  void listen() {
    const auto fail = [&](const std::string& why) {
      return failed("cannot listen on {} port {}: {}", settings.address, settings.port, why);
    };
    ErrorCode error;
    const tcp::endpoint endpoint(read_address(settings.address), settings.port);
    acceptor.open(endpoint.protocol(), error);
    if (error) throw fail(error.message());
    acceptor.set_option(asio::socket_base::reuse_address(true), error);
    acceptor.bind(endpoint, error);
    if (error) throw fail(error.message());
    acceptor.listen(1024, error);
    if (error) throw fail(error.message());
  }

  Lane& choose_lane() { return lanes[next_lane++ % lanes.size()]; }

  void accept() {
    Lane& lane = choose_lane();
    acceptor.async_accept(lane.context, [this, &lane](ErrorCode error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) admit(lane, std::move(socket));
      // Out of descriptors: give the others time to end.
      if (error) return accept_later();
      accept();
    });
  }

  void accept_later() {
    retry.expires_after(std::chrono::milliseconds(50));
    retry.async_wait([this](ErrorCode error) {
      if (!error) accept();
    });
  }

  void admit(Lane& lane, tcp::socket socket) {
    ErrorCode error;
    socket.set_option(tcp::no_delay(true), error);
    const auto peer = socket.remote_endpoint(error);
    if (error) return;
    ConnectionPtr connection = connect(lane, std::move(socket), peer.address().to_string());
    asio::post(lane.context, [this, &lane, connection = std::move(connection)] {
      if (shared.open > shared.limits.max_connections) make_room(lane);
      connection->start();
    });
  }

  ConnectionPtr connect(Lane& lane, tcp::socket socket, std::string client) {
    if (const auto certificate = std::atomic_load(&tls)) {
      return std::make_shared<Connection<TlsStream>>(TlsStream(std::move(socket), *certificate),
                                                     std::move(client), lane, shared);
    }
    return std::make_shared<Connection<tcp::socket>>(std::move(socket), std::move(client), lane, shared);
  }

  // Lets go the client that has kept us waiting longest.
  void make_room(Lane& lane) {
    shared.metrics.count_rejected("connections");
    for (const ConnectionPtr& connection : lane.connections.all())
      if (connection->waits_for_client()) return connection->cut();
  }

  void sweep_later(Lane& lane) {
    lane.sweep.expires_after(kSweepEvery);
    lane.sweep.async_wait([this, &lane](ErrorCode error) {
      if (error) return;
      const auto now = Clock::now();
      for (const ConnectionPtr& connection : lane.connections.all()) {
        const bool unwanted = shared.draining && connection->is_quiet();
        if (unwanted || connection->deadline <= now) connection->cut();
      }
      sweep_later(lane);
    });
  }

  // A close resets the connections that wait in the system's queue: they come in first.
  void stop_listening() {
    ErrorCode error;
    acceptor.non_blocking(true, error);
    while (!error) {
      Lane& lane = choose_lane();
      tcp::socket socket(lane.context);
      acceptor.accept(socket, error);
      if (!error) admit(lane, std::move(socket));
    }
    acceptor.close(error);
    retry.cancel();
  }

  bool drain(FunctionRef<bool()> hurry) {
    asio::post(lanes[0].context, asio::use_future([this] { stop_listening(); })).get();
    shared.draining = true;
    const auto end = in_seconds(shared.limits.drain_timeout);
    while (shared.open > 0 && Clock::now() < end && !hurry())
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return shared.open == 0;
  }

  const ServerSettings settings;
  Shared shared;
  std::vector<Lane> lanes;
  tcp::acceptor acceptor{lanes[0].context};
  asio::steady_timer retry{lanes[0].context};
  std::shared_ptr<asio::ssl::context> tls;
  size_t next_lane = 0;
};

bool is_loopback(const std::string& address) { return read_address(address).is_loopback(); }

HttpServer::HttpServer(const ServerSettings& settings, Service& service, Metrics& metrics)
    : state_(std::make_unique<State>(settings, service, metrics)) {}
HttpServer::~HttpServer() = default;
uint16_t HttpServer::port() const { return state_->acceptor.local_endpoint().port(); }
std::string HttpServer::url() const {
  const ServerSettings& settings = state_->settings;
  const bool v6 = settings.address.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}/", settings.tls_certificate.empty() ? "http" : "https", v6 ? "[" : "",
                     settings.address, v6 ? "]" : "", port());
}
bool HttpServer::drain(FunctionRef<bool()> hurry) { return state_->drain(hurry); }
void HttpServer::load_certificate() { std::atomic_store(&state_->tls, make_tls(state_->settings)); }

}  // namespace shortlist
