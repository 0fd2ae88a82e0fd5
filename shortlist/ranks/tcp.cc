#include "shortlist/ranks/tcp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

using Clock = std::chrono::steady_clock;

int milliseconds_until(Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 1 << 30));
}

bool wait_for(int file, short events, Clock::time_point end) {
  pollfd one = {file, events, 0};
  for (;;) {
    const int ready = poll(&one, 1, milliseconds_until(end));
    if (ready >= 0) return ready > 0;
    if (errno != EINTR) return false;
  }
}

// No wait for small messages, and no blocking.
void prepare(int file) {
  const int one = 1;
  setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(file, F_SETFL, fcntl(file, F_GETFL) | O_NONBLOCK);
}

std::string address_text(const sockaddr_storage& address, socklen_t bytes) {
  char text[NI_MAXHOST] = {};
  getnameinfo(reinterpret_cast<const sockaddr*>(&address), bytes, text, sizeof text, nullptr, 0,
              NI_NUMERICHOST);
  const std::string_view shown = text;
  constexpr std::string_view kMapped = "::ffff:";
  return std::string(
      shown.starts_with(kMapped) && shown.find('.') != shown.npos ? shown.substr(kMapped.size()) : shown);
}

using NamePtr = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

NamePtr resolve(const TcpEndpoint& to, std::string& reason) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  const int error = getaddrinfo(to.host.c_str(), std::to_string(to.port).c_str(), &hints, &found);
  if (error != 0) reason = gai_strerror(error);
  return {error == 0 ? found : nullptr, &freeaddrinfo};
}

// Returns 0 or an errno.
int connect_within(int file, const addrinfo& to, Clock::time_point end) {
  if (connect(file, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!wait_for(file, POLLOUT, end)) return ETIMEDOUT;
  int error = 0;
  socklen_t bytes = sizeof error;
  getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &bytes);
  return error;
}

// Returns a socket that is not open, and an errno, if the family or the port cannot be had.
TcpSocket listen_with(int family, int port, bool locally, int& error) {
  TcpSocket socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int one = 1, none = 0;
  sockaddr_storage address{};
  socklen_t bytes = sizeof(sockaddr_in);
  address.ss_family = static_cast<sa_family_t>(family);
  if (family == AF_INET6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
    v6.sin6_port = htons(static_cast<uint16_t>(port));
    bytes = sizeof v6;
    setsockopt(socket.file(), IPPROTO_IPV6, IPV6_V6ONLY, &none, sizeof none);
  } else {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    v4.sin_port = htons(static_cast<uint16_t>(port));
    v4.sin_addr.s_addr = htonl(locally ? INADDR_LOOPBACK : INADDR_ANY);
  }
  setsockopt(socket.file(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  const bool listens = socket.is_open() &&
                       bind(socket.file(), reinterpret_cast<sockaddr*>(&address), bytes) == 0 &&
                       listen(socket.file(), SOMAXCONN) == 0;
  error = errno;
  return listens ? std::move(socket) : TcpSocket();
}

}  // namespace

TcpSocket& TcpSocket::operator=(TcpSocket&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

void TcpSocket::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

std::string TcpSocket::peer_address() const {
  sockaddr_storage address{};
  socklen_t bytes = sizeof address;
  getpeername(file_, reinterpret_cast<sockaddr*>(&address), &bytes);
  return address_text(address, bytes);
}

std::string TcpSocket::own_address() const {
  sockaddr_storage address{};
  socklen_t bytes = sizeof address;
  getsockname(file_, reinterpret_cast<sockaddr*>(&address), &bytes);
  return address_text(address, bytes);
}

int TcpSocket::own_port() const {
  sockaddr_storage address{};
  socklen_t bytes = sizeof address;
  getsockname(file_, reinterpret_cast<sockaddr*>(&address), &bytes);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

std::string TcpEndpoint::text() const {
  return host.find(':') == host.npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

TcpEndpoint parse_endpoint(const std::string& text, const std::string& name) {
  const size_t colon = text.rfind(':');
  TcpEndpoint endpoint;
  bool valid = colon != text.npos && colon > 0;
  if (valid) {
    endpoint.host = text.substr(0, colon);
    const char* end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data() + colon + 1, end, endpoint.port);
    valid = error == std::errc() && last == end && endpoint.port >= 0 && endpoint.port <= 65'535;
  }
  const bool brackets = endpoint.host.starts_with('[') && endpoint.host.ends_with(']');
  if (!valid || (!brackets && endpoint.host.find(':') != text.npos))
    throw usage_error("{}: got '{}', need HOST:PORT of rank 0, such as node1:29400 or [fe80::1]:29400", name,
                      text);
  if (brackets) endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  return endpoint;
}

TcpSocket tcp_listen(int port) {
  int error = 0;
  TcpSocket socket = listen_with(AF_INET6, port, false, error);
  if (!socket.is_open() && error != EADDRINUSE && error != EACCES)
    socket = listen_with(AF_INET, port, false, error);
  if (!socket.is_open())
    throw failed("rank 0 cannot listen on port {}: {}{}", port, std::strerror(error),
                 error == EADDRINUSE ? ". Another program, or rank 0 of an older run, uses it" : "");
  return socket;
}

TcpSocket tcp_listen_locally() {
  int error = 0;
  TcpSocket socket = listen_with(AF_INET, 0, true, error);
  if (!socket.is_open()) throw failed("cannot listen on 127.0.0.1: {}", std::strerror(error));
  return socket;
}

TcpSocket tcp_inherited(int file) {
  int listens = 0;
  socklen_t bytes = sizeof listens;
  if (getsockopt(file, SOL_SOCKET, SO_ACCEPTCONN, &listens, &bytes) != 0 || listens == 0)
    throw usage_error("SHORTLIST_MEET_FD: file {} is not a socket that listens", file);
  fcntl(file, F_SETFD, FD_CLOEXEC);
  return TcpSocket(file);
}

TcpSocket tcp_connect(const TcpEndpoint& to, std::chrono::milliseconds within, std::string& reason) {
  const Clock::time_point end = Clock::now() + within;
  const NamePtr names = resolve(to, reason);
  for (const addrinfo* name = names.get(); name != nullptr; name = name->ai_next) {
    TcpSocket socket(::socket(name->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.is_open()) continue;
    const int error = connect_within(socket.file(), *name, end);
    if (error == 0) {
      prepare(socket.file());
      return socket;
    }
    reason = std::strerror(error);
  }
  return TcpSocket();
}

TcpSocket tcp_accept(const TcpSocket& listening) {
  // A listening socket that was inherited may block.
  pollfd waits = {listening.file(), POLLIN, 0};
  if (poll(&waits, 1, 0) <= 0) return TcpSocket();
  const int file = accept4(listening.file(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (file >= 0) prepare(file);
  return TcpSocket(file);
}

bool tcp_read(const TcpSocket& socket, std::string& data) {
  char block[65'536];
  for (;;) {
    const ssize_t got = recv(socket.file(), block, sizeof block, 0);
    if (got > 0) data.append(block, static_cast<size_t>(got));
    if (got == 0) return false;
    if (got < 0 && errno != EINTR) return errno == EAGAIN || errno == EWOULDBLOCK;
  }
}

bool tcp_write(const TcpSocket& socket, std::string& data) {
  while (!data.empty()) {
    const ssize_t sent = send(socket.file(), data.data(), data.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    data.erase(0, static_cast<size_t>(sent));
  }
  return true;
}

void tcp_finish(TcpSocket& socket, std::string data, std::chrono::milliseconds within) {
  const Clock::time_point end = Clock::now() + within;
  while (tcp_write(socket, data) && !data.empty()) {
    if (!wait_for(socket.file(), POLLOUT, end)) break;
  }
  shutdown(socket.file(), SHUT_WR);
  std::string rest;
  while (wait_for(socket.file(), POLLIN, end) && tcp_read(socket, rest)) rest.clear();
  socket.close();
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

std::string own_host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace shortlist
