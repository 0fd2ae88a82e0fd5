// SHA-256 (FIPS 180-4) as lower-case hexadecimal text.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "shortlist/io/file.h"

namespace shortlist {

class Sha256 {
 public:
  Sha256();
  void add(Bytes bytes);
  void add(std::string_view text) { add(bytes_of(text)); }
  std::string hex() const;  // of everything added so far; more may be added

 private:
  std::array<uint32_t, 8> state_;
  std::array<std::byte, 64> block_;  // the first length_ % 64 bytes are waiting for a full block
  uint64_t length_ = 0;
};

std::string sha256_hex(Bytes bytes);
std::string sha256_hex(std::string_view text);
std::string sha256_file_hex(const std::string& path);

}  // namespace shortlist
