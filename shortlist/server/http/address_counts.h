// Counts the open connections of each client, so that one does not take them all.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

namespace shortlist {

// May be used from any thread.
class AddressCounts {
 public:
  // Of a client_network().
  void add(const std::string& group);
  void remove(const std::string& group);
  int count(const std::string& group) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, int> counts_;
};

}  // namespace shortlist
