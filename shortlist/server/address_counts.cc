#include "shortlist/server/address_counts.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace shortlist {

namespace ip = boost::asio::ip;

// Whoever has one address of an IPv6 network usually has 2^64 of them.
std::string AddressCounts::group_of(const std::string& text) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(text, error);
  if (error || address.is_v4()) return text;
  if (address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), uint8_t{0});
  return ip::address_v6(bytes).to_string() + "/64";
}

void AddressCounts::add(const std::string& group) {
  std::lock_guard lock(mutex_);
  ++counts_[group];
}

void AddressCounts::remove(const std::string& group) {
  std::lock_guard lock(mutex_);
  const auto at = counts_.find(group);
  if (at != counts_.end() && --at->second == 0) counts_.erase(at);
}

int AddressCounts::count(const std::string& group) const {
  std::lock_guard lock(mutex_);
  const auto at = counts_.find(group);
  return at == counts_.end() ? 0 : at->second;
}

}  // namespace shortlist
