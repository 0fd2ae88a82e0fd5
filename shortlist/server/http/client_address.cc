#include "shortlist/server/http/client_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "shortlist/server/http/http.h"

namespace shortlist {
namespace {

bool read_v4(std::string_view text) {
  in_addr address{};
  return inet_pton(AF_INET, std::string(text).c_str(), &address) == 1;
}

bool read_v6(std::string_view text, in6_addr& address) {
  text = text.substr(0, text.find('%'));  // removes the zone (interface name)
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

std::string v6_text(const in6_addr& address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, &address, text, sizeof text);
  return text;
}

// Some proxies append the port: "10.0.0.1:5000", "[2001:db8::1]:5000".
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) return text.substr(1, std::min(text.find(']'), text.size()) - 1);
  return std::ranges::count(text, ':') == 1 ? text.substr(0, text.find(':')) : text;
}

}  // namespace

std::string client_behind(int proxies, std::string_view forwarded_for, std::string_view peer) {
  if (proxies <= 0) return std::string(peer);
  std::vector<std::string_view> addresses;
  each_element(forwarded_for, [&](std::string_view address) { addresses.push_back(address); });
  if (addresses.size() < static_cast<size_t>(proxies)) return std::string(peer);
  const std::string_view address = without_port(addresses[addresses.size() - static_cast<size_t>(proxies)]);
  in6_addr v6{};
  return read_v4(address) || read_v6(address, v6) ? std::string(address) : std::string(peer);
}

std::string client_network(std::string_view address) {
  in6_addr v6{};
  if (!read_v6(address, v6)) return std::string(address);
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return v6_text(v6).substr(std::strlen("::ffff:"));
  std::memset(v6.s6_addr + 8, 0, 8);
  return v6_text(v6) + "/64";
}

}  // namespace shortlist
