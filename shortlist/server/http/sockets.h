// Short names for Boost.Asio. Slow to compile: include it only in files that handle sockets.
#pragma once

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <chrono>
#include <string>

namespace shortlist {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using SocketError = boost::system::error_code;
using TlsContext = asio::ssl::context;
using TlsStream = asio::ssl::stream<tcp::socket>;

inline Clock::time_point in_seconds(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

// Throws Error(usage) if it is not an IP address.
asio::ip::address read_address(const std::string& text);

}  // namespace shortlist
