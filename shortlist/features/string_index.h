// Distinct strings, numbered 0, 1, 2, ... in order of first insertion.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shortlist {

class StringIndex {
 public:
  // The string's number, or -1 if it is not in the index.
  int32_t find(std::string_view text) const;
  // The string's number, new or old. Throws a data Error beyond 2^31 - 1 strings.
  int32_t insert(std::string_view text);

  std::string_view operator[](size_t number) const {
    return {bytes_.data() + ends_[number], ends_[number + 1] - ends_[number]};
  }
  size_t size() const { return ends_.size() - 1; }

 private:
  struct Slot {
    int32_t number = -1;  // -1: free
    uint32_t tag = 0;     // upper half of the hash, which differs for most different strings
  };
  size_t slot_of(std::string_view text, uint64_t hash) const;
  void grow();

  std::string bytes_;                 // all strings, concatenated
  std::vector<uint64_t> ends_ = {0};  // string n is the bytes [ends_[n], ends_[n + 1])
  std::vector<Slot> slots_;           // a power of two, at most half full
};

}  // namespace shortlist
