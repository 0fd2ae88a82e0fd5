#include "shortlist/server/http/address_counts.h"

namespace shortlist {

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
