#include "shortlist/server/http/connection.h"

#include <fmt/format.h>
#include <netinet/tcp.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <functional>
#include <optional>

#include "shortlist/server/http/client_address.h"
#include "shortlist/server/http/framing.h"
#include "shortlist/server/http/response_header.h"

namespace shortlist {
namespace {

namespace http = boost::beast::http;
using boost::beast::flat_buffer;

constexpr size_t kReadSize = 16 << 10;
constexpr double kLingerSeconds = 2;
// Time after which a client that has read nothing of its answer may be closed to make room.
constexpr auto kStalled = std::chrono::seconds(1);
// A chunk's size in hexadecimal digits and its two line ends.
constexpr size_t kChunkFrame = 16 + 4;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

template <typename Stream>
class Connection final : public ConnectionBase, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(Stream stream, const std::string& client, EventLoop& lane, Shared& shared)
      : ConnectionBase(client_network(client)),
        stream_(std::move(stream)),
        client_(client),
        lane_(lane),
        shared_(shared) {
    ++shared_.open;
    shared_.addresses.add(group());
    shared_.metrics.connection_opened();
  }
  ~Connection() override {
    leave();
    forget_answer();
    forget_body();
  }

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

  // The handlers of pending operations then end the connection.
  void cut() override {
    leave();
    SocketError ignored;
    socket().close(ignored);
  }

  // A client that shuts down its sending side while it waits counts as gone, since TCP cannot distinguish it
  // from one that closed the connection.
  void cut_if_gone() override {
    if (phase != Phase::working || is_cut) return;
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(socket().native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return;
    if (info.tcpi_state == TCP_ESTABLISHED) return;
    cancel();
    cut();
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
    shared_.addresses.remove(group());
    shared_.metrics.connection_closed();
  }

  void enter(Phase next, double seconds) {
    phase = next;
    deadline = in_seconds(seconds);
    moved();
  }

  void moved() {
    since = Clock::now();
    lane_.connections.moved(position_);
  }

  void end() {
    if (ended_) return;
    ended_ = true;
    cut();
    lane_.connections.remove(position_);
  }

  void wait_for_request() {
    forget_body();
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(shared_.limits.max_header_bytes));
    parser_->body_limit(shared_.limits.max_body_bytes);
    parser_->eager(false);  // until the header has been checked
    parser_->on_chunk_header(count_chunk_);
    chunks_ = after_header_ = 0;
    routed_.reset();
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
    if (!parser_->is_header_done()) {
      if (!take()) return;
      if (!parser_->is_header_done()) return read();
      if (const auto problem = framing_problem(parser_->get())) return refuse(*problem);
      routed_ = shared_.service.route(request());
      parser_->eager(true);
      return take_body();
    }
    if (!take()) return;
    if (!parser_->is_done()) return read();
    answer();
  }

  // Called after the header: handles what has arrived of the body, and reads the rest if the client is
  // authorized.
  void take_body() {
    if (!parser_->is_done()) enter(Phase::body, shared_.limits.body_timeout);
    const bool waits = buffer_.size() == 0;
    if (!take()) return;
    if (parser_->is_done()) return answer();
    if (routed_->problem) return write(shared_.service.handle(std::move(*routed_)), After::close);
    if (waits && expects_continue(parser_->get())) return promise();
    read();
  }

  // Parses what has arrived. Returns false if the request was refused and answered.
  bool take() {
    if (const SocketError error = feed()) {
      refuse(parse_problem(error, shared_.limits));
      return false;
    }
    if (keep_body()) return true;
    const Problem problem = busy("bodies", "too many request bodies are being received");
    write(shared_.service.refuse(*routed_, problem), After::close);
    return false;
  }

  // Passes what has arrived to the parser: up to the end of the header while it is not complete.
  SocketError feed() {
    SocketError error;
    while (buffer_.size() > 0 && !parser_->is_done()) {
      const bool in_header = !parser_->is_header_done();
      const size_t used = parser_->put(buffer_.data(), error);
      buffer_.consume(used);
      if (!in_header) after_header_ += used;
      if (error || used == 0 || (in_header && parser_->is_header_done())) break;
    }
    if (error == http::error::need_more) error = {};
    if (!error && extra_bytes() > shared_.limits.max_header_bytes) error = http::error::header_limit;
    return error;
  }

  // Bytes of a chunked body that are neither data nor chunk framing: extensions, padding and trailers,
  // including incomplete ones.
  size_t extra_bytes() const {
    if (!routed_ || !parser_->chunked()) return 0;
    const size_t waiting = parser_->is_done() ? 0 : buffer_.size();
    const size_t frames = parser_->get().body().size() + (chunks_ + 1) * kChunkFrame;
    const size_t come = after_header_ + waiting;
    return come > frames ? come - frames : 0;
  }

  // Counts the received bytes of the body. Returns false if there are too many such bytes already.
  bool keep_body() {
    if (!parser_->is_header_done()) return true;
    const size_t size = parser_->get().body().size(), more = size - std::exchange(kept_body_, size);
    const size_t before = shared_.received.fetch_add(more);
    return more == 0 || before == 0 || before + more <= shared_.limits.max_received_bytes;
  }

  void forget_body() { shared_.received -= std::exchange(kept_body_, 0); }

  // Sends 100 Continue, since the client waits for it before it sends its body.
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
            .host = view(message[http::field::host]),
            .content_type = view(message[http::field::content_type]),
            .authorization = view(message[http::field::authorization]),
            .api_key = view(message["X-API-Key"]),
            .request_id = view(message["X-Request-Id"]),
            .if_none_match = view(message[http::field::if_none_match]),
            .accept_encoding = view(message[http::field::accept_encoding]),
            .forwarded_for = view(message["X-Forwarded-For"]),
            .min_version = view(message["X-Min-Version"]),
            .origin = view(message[http::field::origin]),
            .fetch_site = view(message["Sec-Fetch-Site"]),
            .fetch_mode = view(message["Sec-Fetch-Mode"]),
            .client = client_};
  }

  void answer() {
    phase = Phase::working;
    deadline = Clock::time_point::max();
    RoutedRequest routed = std::move(*routed_);
    routed.request.body = parser_->get().body();
    routed.begin =
        std::chrono::steady_clock::now();  // not counting the time in which the client sent its body
    routed.cancelled = {&cancelled_, &shared_.stopped};
    if (routed.problem || !routed.is_slow())
      if (auto response = shared_.service.handle_short(routed)) return write(std::move(*response));
    queue(std::move(routed));
  }

  // Passes a slow request to another thread.
  void queue(RoutedRequest routed) {
    if (shared_.unsent >= shared_.limits.max_unsent_bytes)
      return write(shared_.service.refuse(routed, too_much_unsent()));
    if (shared_.slow_waiting.fetch_add(1) >= shared_.limits.max_waiting) {
      --shared_.slow_waiting;
      return write(shared_.service.refuse(routed, busy("queue", "too many long requests are waiting")));
    }
    asio::post(shared_.slow_answers.context(), [self = self(), routed = std::move(routed)]() mutable {
      HttpResponse response = self->shared_.service.handle(std::move(routed));
      --self->shared_.slow_waiting;
      asio::post(self->lane_.context,
                 [self, response = std::move(response)]() mutable { self->write(std::move(response)); });
    });
  }

  Problem busy(const char* reason, const char* detail) {
    shared_.metrics.count_rejected(reason);
    Problem problem(503, "busy", detail);
    problem.headers.emplace_back("Retry-After", "1");
    return problem;
  }
  Problem too_much_unsent() {
    return busy("unsent", "too many answers are waiting for clients to read them");
  }

  void write(HttpResponse response) { write(std::move(response), after_answer()); }
  void write(HttpResponse response, After after) {
    if (is_cut) return end();
    send(std::move(response), after, parser_->get().method() == http::verb::head);
  }

  After after_answer() const {
    const auto& message = parser_->get();
    if (!message.keep_alive() || shared_.draining) return After::close;
    return message.version() < 11 ? After::stay_as_asked : After::stay;
  }

  // Answers invalid input and closes, since what follows cannot be parsed.
  void refuse(const Problem& problem) {
    const HttpRequest known = parser_->is_header_done() ? request() : HttpRequest{.client = client_};
    send(shared_.service.refuse(known, problem), After::close, false);
  }

  void send(HttpResponse response, After after, bool head) {
    if (!keep_answer(response)) {
      const HttpRequest known = parser_->is_header_done() ? request() : HttpRequest{.client = client_};
      response = shared_.service.refuse(known, too_much_unsent());
    }
    response_ = std::move(response);
    const std::string_view content = response_.content();
    header_ = header_text(response_, content.size(), after);
    enter(Phase::writing, shared_.limits.write_timeout);
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(header_),
                                                       head ? asio::const_buffer() : asio::buffer(content)};
    asio::async_write(
        stream_, buffers,
        [self = self()](SocketError error, size_t sent) { return self->progress(error, sent); },
        [self = self(), after](SocketError error, size_t) {
          if (error) return self->end();
          self->forget_answer();
          if (after != After::close) return self->wait_for_request();
          self->linger();
        });
  }

  // Returns the maximum number of bytes to send next.
  size_t progress(SocketError error, size_t sent) {
    constexpr size_t kWriteSize = 64 << 10;
    if (sent > 0 && !is_cut) moved();
    return error ? 0 : kWriteSize;
  }

  // Counts an answer as unsent. Returns false if there are too many such bytes already. Files of the page are
  // not counted, since they are in memory anyway.
  bool keep_answer(const HttpResponse& response) {
    const size_t size = response.body.size();
    const size_t before = shared_.unsent.fetch_add(size);
    kept_ = size;
    if (before == 0 || before + size <= shared_.limits.max_unsent_bytes) return true;
    forget_answer();
    return false;
  }

  void forget_answer() {
    shared_.unsent -= std::exchange(kept_, 0);
    response_ = {};
  }

  // Closing while bytes still arrive would reset the connection before the client has read the answer.
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
  EventLoop& lane_;
  Shared& shared_;
  ConnectionList::Position position_;
  bool ended_ = false;
  flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<RoutedRequest> routed_;   // set once the request's header is complete
  size_t after_header_ = 0, chunks_ = 0;  // of the request: bytes that the parser consumed, chunks
  std::function<void(uint64_t, boost::beast::string_view, SocketError&)> count_chunk_ =
      [this](uint64_t, boost::beast::string_view, SocketError&) { ++chunks_; };
  HttpResponse response_;
  std::string header_;
  size_t kept_ = 0, kept_body_ = 0;  // bytes counted as unsent and as received
};

}  // namespace

bool ConnectionBase::may_make_room(Clock::time_point now) const {
  if (is_cut || phase == Phase::working) return false;
  return phase != Phase::writing || now - since >= kStalled;
}

ConnectionPtr make_connection(tcp::socket socket, const std::string& client, EventLoop& lane,
                              Shared& shared) {
  return std::make_shared<Connection<tcp::socket>>(std::move(socket), client, lane, shared);
}

ConnectionPtr make_connection(TlsStream stream, const std::string& client, EventLoop& lane, Shared& shared) {
  return std::make_shared<Connection<TlsStream>>(std::move(stream), client, lane, shared);
}

}  // namespace shortlist
