// The server's address, threads and TLS files.
#pragma once

#include <cstdint>
#include <string>

namespace shortlist {

struct ServerSettings {
  std::string address = "127.0.0.1";
  uint16_t port = 8080;                  // 0: any free port
  int threads = 0;                       // 0: one per processor
  std::string tls_certificate, tls_key;  // PEM files; both or neither
};

// The number of threads for the setting `threads`.
int thread_count(int threads);

// Whether only this machine can reach the address. Throws Error(usage) if it is not an IP address.
bool is_loopback(const std::string& address);

}  // namespace shortlist
