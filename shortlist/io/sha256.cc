#include "shortlist/io/sha256.h"

#include <fmt/format.h>

#include <algorithm>

#include "shortlist/io/sha256_blocks.h"

namespace shortlist {
namespace {

void fold(Sha256State& state, const std::byte* blocks, size_t count) {
  static const FoldSha256 fastest =
      fold_sha256_native() != nullptr ? fold_sha256_native() : fold_sha256_plain;
  fastest(state, blocks, count);
}

}  // namespace

Sha256::Sha256()
    : state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19} {
}

void Sha256::add(Bytes bytes) {
  size_t waiting = length_ % 64;
  length_ += bytes.size();
  if (waiting > 0) {
    const size_t taken = std::min(64 - waiting, bytes.size());
    std::copy_n(bytes.begin(), taken, block_.begin() + waiting);
    bytes = bytes.subspan(taken);
    if (waiting + taken < 64) return;
    fold(state_, block_.data(), 1);
  }
  const size_t whole = bytes.size() / 64;
  fold(state_, bytes.data(), whole);
  bytes = bytes.subspan(64 * whole);
  std::copy(bytes.begin(), bytes.end(), block_.begin());
}

std::string Sha256::hex() const {
  Sha256 last = *this;
  std::array<std::byte, 72> padding{std::byte{0x80}};
  const size_t zeros = (119 - length_ % 64) % 64;
  for (int i = 0; i < 8; ++i) padding[1 + zeros + i] = std::byte(length_ * 8 >> (56 - 8 * i));
  last.add(std::span(padding).first(1 + zeros + 8));
  std::string text;
  for (const uint32_t word : last.state_) text += fmt::format("{:08x}", word);
  return text;
}

std::string sha256_hex(Bytes bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

std::string sha256_hex(std::string_view text) { return sha256_hex(bytes_of(text)); }

std::string sha256_file_hex(const std::string& path) { return sha256_hex(FileBytes(path).bytes()); }

}  // namespace shortlist
