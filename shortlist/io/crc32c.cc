#include "shortlist/io/crc32c.h"

#include <array>
#include <cstring>

#if defined(__SSE4_2__)
#include <nmmintrin.h>
#endif

namespace shortlist {
namespace {

constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0);
    table[i] = crc;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = make_table();

}  // namespace

uint32_t crc32c_by_table(Bytes bytes) {
  uint32_t crc = ~0U;
  for (const std::byte byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ uint32_t(byte)) & 255];
  return ~crc;
}

#if defined(__SSE4_2__)
uint32_t crc32c(Bytes bytes) {
  uint64_t crc = ~0U;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    crc = _mm_crc32_u64(crc, word);
  }
  auto last = static_cast<uint32_t>(crc);
  for (const std::byte byte : bytes) last = _mm_crc32_u8(last, uint8_t(byte));
  return ~last;
}
#else
uint32_t crc32c(Bytes bytes) { return crc32c_by_table(bytes); }
#endif

}  // namespace shortlist
