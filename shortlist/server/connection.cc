#include "shortlist/server/connection.h"

#include <fmt/format.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>

namespace shortlist {
namespace {

namespace http = boost::beast::http;
using boost::beast::flat_buffer;

constexpr size_t kReadSize = 16 << 10;
constexpr double kLingerSeconds = 2;

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
Problem parse_problem(const SocketError& error, const Limits& limits) {
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
      stream_.async_handshake(asio::ssl::stream_base::server, [self = self()](SocketError error) {
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
    SocketError ignored;
    socket().close(ignored);
  }

  bool is_quiet() override {
    SocketError ignored;
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
    stream_.async_read_some(buffer_.prepare(kReadSize), [self = self()](SocketError error, size_t size) {
      if (error) return self->end();
      self->buffer_.commit(size);
      self->parse();
    });
  }

  void parse() {
    if (phase == Phase::idle) enter(Phase::header, shared_.limits.header_timeout);
    const bool had_header = parser_->is_header_done();
    SocketError error;
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
    asio::async_write(stream_, asio::buffer(kContinue), [self = self()](SocketError error, size_t) {
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
    asio::async_write(stream_, buffers, [self = self(), stays](SocketError error, size_t) {
      if (error) return self->end();
      if (stays) return self->wait_for_request();
      self->linger();
    });
  }

  // A close while bytes still come in would reset the connection before the client has read the answer.
  void linger() {
    enter(Phase::lingering, kLingerSeconds);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_shutdown([self = self()](SocketError) { self->end(); });
    } else {
      SocketError error;
      socket().shutdown(tcp::socket::shutdown_send, error);
      if (error) return end();
      read_away();
    }
  }

  void read_away() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kReadSize), [self = self()](SocketError error, size_t) {
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

}  // namespace

ConnectionPtr make_connection(tcp::socket socket, std::string client, Lane& lane, Shared& shared) {
  return std::make_shared<Connection<tcp::socket>>(std::move(socket), std::move(client), lane, shared);
}

ConnectionPtr make_connection(TlsStream stream, std::string client, Lane& lane, Shared& shared) {
  return std::make_shared<Connection<TlsStream>>(std::move(stream), std::move(client), lane, shared);
}

}  // namespace shortlist
