// Counts the open connections of each client, so that no client takes them all.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

namespace shortlist {

// Thread-safe.
class AddressCounts {
 public:
  // `group` is a client_network().
  void add(const std::string& group);
  void remove(const std::string& group);
  int count(const std::string& group) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, int> counts_;
};

}  // namespace shortlist
