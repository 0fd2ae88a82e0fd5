// Where and how a server listens.
#pragma once

#include <cstdint>
#include <string>

namespace shortlist {

struct ServerSettings {
  std::string address = "127.0.0.1";
  uint16_t port = 8080;                  // 0: a free one
  int threads = 0;                       // 0: one for each processor
  std::string tls_certificate, tls_key;  // PEM files; both or none
};

// The threads that so many in the settings mean.
int thread_count(int threads);

// Whether only this machine reaches the address. Throws a usage Error for what is no IP address.
bool is_loopback(const std::string& address);

}  // namespace shortlist
