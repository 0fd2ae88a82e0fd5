#include "shortlist/features/fingerprint.h"

#include <bit>
#include <cstring>
#include <utility>

namespace shortlist {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

constexpr uint64_t k0 = 0xc3a5c85c97cb3127u;
constexpr uint64_t k1 = 0xb492b66fbe98f273u;
constexpr uint64_t k2 = 0x9ae16a3b2f90404fu;

uint64_t read64(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

uint64_t read32(const char* p) {
  uint32_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

uint64_t rotate_right(uint64_t word, int by) { return std::rotr(word, by); }
uint64_t shift_mix(uint64_t word) { return word ^ (word >> 47); }

// Murmur's mix of two words into one.
uint64_t fold(uint64_t u, uint64_t v, uint64_t multiplier) {
  const uint64_t a = shift_mix((u ^ v) * multiplier);
  const uint64_t b = shift_mix((v ^ a) * multiplier);
  return b * multiplier;
}

uint64_t hash_up_to_16(const char* s, size_t size) {
  const uint64_t multiplier = k2 + size * 2;
  if (size >= 8) {
    const uint64_t a = read64(s) + k2, b = read64(s + size - 8);
    const uint64_t c = rotate_right(b, 37) * multiplier + a, d = (rotate_right(a, 25) + b) * multiplier;
    return fold(c, d, multiplier);
  }
  if (size >= 4) return fold(size + (read32(s) << 3), read32(s + size - 4), multiplier);
  if (size == 0) return k2;
  const auto byte = [&](size_t at) { return static_cast<uint32_t>(static_cast<unsigned char>(s[at])); };
  const uint32_t y = byte(0) + (byte(size >> 1) << 8);
  const uint32_t z = static_cast<uint32_t>(size) + (byte(size - 1) << 2);
  return shift_mix(y * k2 ^ z * k0) * k2;
}

uint64_t hash_17_to_32(const char* s, size_t size) {
  const uint64_t multiplier = k2 + size * 2;
  const uint64_t a = read64(s) * k1, b = read64(s + 8);
  const uint64_t c = read64(s + size - 8) * multiplier, d = read64(s + size - 16) * k2;
  return fold(rotate_right(a + b, 43) + rotate_right(c, 30) + d, a + rotate_right(b + k2, 18) + c,
              multiplier);
}

uint64_t hash_33_to_64(const char* s, size_t size) {
  const uint64_t multiplier = k2 + size * 2;
  const uint64_t a = read64(s) * k2, b = read64(s + 8);
  const uint64_t c = read64(s + size - 8) * multiplier, d = read64(s + size - 16) * k2;
  const uint64_t y = rotate_right(a + b, 43) + rotate_right(c, 30) + d;
  const uint64_t z = fold(y, a + rotate_right(b + k2, 18) + c, multiplier);
  const uint64_t e = read64(s + 16) * multiplier, f = read64(s + 24);
  const uint64_t g = (y + read64(s + size - 32)) * multiplier, h = (z + read64(s + size - 24)) * multiplier;
  return fold(rotate_right(e + f, 43) + rotate_right(g, 30) + h, e + rotate_right(f + a, 18) + g, multiplier);
}

// The state of the loop over blocks of 64 bytes.
struct Blocks {
  uint64_t x, y, z;
  std::pair<uint64_t, uint64_t> v, w;

  static std::pair<uint64_t, uint64_t> fold32(const char* s, uint64_t a, uint64_t b) {
    const uint64_t last = read64(s + 24);
    a += read64(s);
    b = rotate_right(b + a + last, 21);
    const uint64_t c = a;
    a += read64(s + 8) + read64(s + 16);
    return {a + last, b + rotate_right(a, 44) + c};
  }
  // `spread` is 1 inside the loop and 9 for the last block.
  void mix(const char* s, uint64_t multiplier, uint64_t spread) {
    x = rotate_right(x + y + v.first + read64(s + 8), 37) * multiplier;
    y = rotate_right(y + v.second + read64(s + 48), 42) * multiplier;
    x ^= w.second * spread;
    y += v.first * spread + read64(s + 40);
    z = rotate_right(z + w.first, 33) * multiplier;
    v = fold32(s, v.second * multiplier, x + w.first);
    w = fold32(s + 32, z + w.second, y + read64(s + 16));
    std::swap(z, x);
  }
};

uint64_t hash_long(const char* s, size_t size) {
  constexpr uint64_t seed = 81;
  Blocks state{seed * k2 + read64(s), seed * k1 + 113, 0, {0, 0}, {0, 0}};
  state.z = shift_mix(state.y * k2 + 113) * k2;
  const size_t rest = (size - 1) & 63;
  const char* const end = s + (size - 1 - rest);
  for (; s != end; s += 64) state.mix(s, k1, 1);
  const uint64_t multiplier = k1 + ((state.z & 0xff) << 1);
  state.w.first += rest;
  state.v.first += state.w.first;
  state.w.first += state.v.first;
  state.mix(end + rest - 63, multiplier, 9);
  return fold(fold(state.v.first, state.w.first, multiplier) + shift_mix(state.y) * k0 + state.z,
              fold(state.v.second, state.w.second, multiplier) + state.x, multiplier);
}

struct SipState {
  uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
  }
  void absorb(uint64_t word) {
    v3 ^= word;
    round(), round();
    v0 ^= word;
  }
};

}  // namespace

uint64_t fingerprint64(std::string_view bytes) {
  const char* const s = bytes.data();
  const size_t size = bytes.size();
  if (size <= 16) return hash_up_to_16(s, size);
  if (size <= 32) return hash_17_to_32(s, size);
  if (size <= 64) return hash_33_to_64(s, size);
  return hash_long(s, size);
}

uint64_t fingerprint_cat64(uint64_t first, uint64_t second) {
  constexpr uint64_t multiplier = 0xc6a4a7935bd1e995u;
  uint64_t result = first ^ multiplier;
  result ^= shift_mix(second * multiplier) * multiplier;
  result *= multiplier;
  result = shift_mix(result) * multiplier;
  return shift_mix(result);
}

uint64_t siphash64(std::string_view bytes, uint64_t key0, uint64_t key1) {
  SipState state{key0 ^ 0x736f6d6570736575u, key1 ^ 0x646f72616e646f6du, key0 ^ 0x6c7967656e657261u,
                 key1 ^ 0x7465646279746573u};
  const size_t whole = bytes.size() / 8 * 8;
  for (size_t i = 0; i < whole; i += 8) state.absorb(read64(bytes.data() + i));
  uint64_t last = static_cast<uint64_t>(bytes.size()) << 56;
  for (size_t i = whole; i < bytes.size(); ++i) {
    last |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * (i - whole));
  }
  state.absorb(last);
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace shortlist
