// Counts the open connections of each client, so that one does not take them all.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

namespace shortlist {

// May be used from any thread.
class AddressCounts {
 public:
  // Under what an IP address counts: itself, or its /64 network for IPv6.
  static std::string group_of(const std::string& address);
  void add(const std::string& group);
  void remove(const std::string& group);
  int count(const std::string& group) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, int> counts_;
};

}  // namespace shortlist
