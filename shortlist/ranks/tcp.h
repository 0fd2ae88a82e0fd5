// TCP sockets, for the meeting point of ranks.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace shortlist {

// Owns a file descriptor.
class TcpSocket {
 public:
  TcpSocket() = default;
  explicit TcpSocket(int file) : file_(file) {}
  ~TcpSocket() { close(); }
  TcpSocket(TcpSocket&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  TcpSocket& operator=(TcpSocket&& other) noexcept;

  int file() const { return file_; }
  bool is_open() const { return file_ >= 0; }
  void close();

  // The numeric address of the other end, and of this one. An IPv4 address that a socket of IPv6 shows as
  // ::ffff:10.0.0.1 is 10.0.0.1.
  std::string peer_address() const;
  std::string own_address() const;
  int own_port() const;

 private:
  int file_ = -1;
};

struct TcpEndpoint {
  std::string host;
  int port = 0;
  std::string text() const;
};
// Parses HOST:PORT; an IPv6 address stands in brackets. Throws a usage Error that begins with `name`, the
// setting that has the text.
TcpEndpoint parse_endpoint(const std::string& text, const std::string& name);

// Listens on all interfaces, over IPv6 and IPv4. Port 0 means any free one. Throws Error(failed).
TcpSocket tcp_listen(int port);
// Listens on 127.0.0.1 only, at any free port.
TcpSocket tcp_listen_locally();
// A socket that this process has got from the one that started it. Throws a usage Error if it does not
// listen.
TcpSocket tcp_inherited(int file);

// Connects within the time. If that fails, the socket is not open and `reason` says why.
TcpSocket tcp_connect(const TcpEndpoint& to, std::chrono::milliseconds within, std::string& reason);

// Takes a connection that waits, as a socket that does not block. Not open if none waits.
TcpSocket tcp_accept(const TcpSocket& listening);

// Adds what has arrived to `data`. Returns false once the other end has closed or the connection is broken.
bool tcp_read(const TcpSocket& socket, std::string& data);
// Sends from the front of `data` what the system takes, and removes it. Returns false if the connection is
// broken.
bool tcp_write(const TcpSocket& socket, std::string& data);
// Sends all of `data`, says that no more comes, and waits until the other end has closed, all within the
// time. So the other end reads everything, which is not certain if a socket is closed at once.
void tcp_finish(TcpSocket& socket, std::string data, std::chrono::milliseconds within);

bool is_loopback(std::string_view address);
std::string own_host_name();

}  // namespace shortlist
