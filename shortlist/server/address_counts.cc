#include <algorithm>

#include "shortlist/server/connection.h"

namespace shortlist {

// Whoever has one address of an IPv6 network usually has 2^64 of them.
std::string AddressCounts::group_of(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  if (address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string() + "/64";
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
