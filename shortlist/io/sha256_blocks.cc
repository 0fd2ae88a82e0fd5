#include "shortlist/io/sha256_blocks.h"

#include <bit>
#include <cstring>
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace shortlist {
namespace {

constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t big_endian(const std::byte* at) {
  uint32_t word;
  std::memcpy(&word, at, 4);
  return std::endian::native == std::endian::little ? __builtin_bswap32(word) : word;
}

// Word t of the message schedule, computed from the previous 16 in a ring of 16.
inline uint32_t next_word(uint32_t* ring, int t) {
  const uint32_t w15 = ring[(t + 1) & 15], w2 = ring[(t + 14) & 15];
  const uint32_t s0 = std::rotr(w15, 7) ^ std::rotr(w15, 18) ^ (w15 >> 3);
  const uint32_t s1 = std::rotr(w2, 17) ^ std::rotr(w2, 19) ^ (w2 >> 10);
  return ring[t & 15] += s0 + ring[(t + 9) & 15] + s1;
}

// One round. The caller rotates the names of the eight words instead of moving their values.
inline void round(uint32_t a, uint32_t b, uint32_t c, uint32_t& d, uint32_t e, uint32_t f, uint32_t g,
                  uint32_t& h, uint32_t addend) {
  h += (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + (g ^ (e & (f ^ g))) + addend;
  d += h;
  h += (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) | (c & (a | b)));
}

void fold_block(Sha256State& state, const std::byte* block) {
  uint32_t ring[16];
  for (int t = 0; t < 16; ++t) ring[t] = big_endian(block + 4 * t);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  const auto eight_rounds = [&](int t, auto word) {
    round(a, b, c, d, e, f, g, h, kRound[t] + word(t));
    round(h, a, b, c, d, e, f, g, kRound[t + 1] + word(t + 1));
    round(g, h, a, b, c, d, e, f, kRound[t + 2] + word(t + 2));
    round(f, g, h, a, b, c, d, e, kRound[t + 3] + word(t + 3));
    round(e, f, g, h, a, b, c, d, kRound[t + 4] + word(t + 4));
    round(d, e, f, g, h, a, b, c, kRound[t + 5] + word(t + 5));
    round(c, d, e, f, g, h, a, b, kRound[t + 6] + word(t + 6));
    round(b, c, d, e, f, g, h, a, kRound[t + 7] + word(t + 7));
  };
  for (int t = 0; t < 16; t += 8) eight_rounds(t, [&](int i) { return ring[i]; });
  for (int t = 16; t < 64; t += 8) eight_rounds(t, [&](int i) { return next_word(ring, i); });
  const uint32_t words[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) state[i] += words[i];
}

#if defined(__x86_64__)

// Four rounds per instruction pair. The instructions need the state as the words ABEF and CDGH.
__attribute__((target("sha,sse4.1"))) void fold_with_sha_instructions(Sha256State& state,
                                                                      const std::byte* blocks, size_t count) {
  const auto load = [](const void* at) { return _mm_loadu_si128(static_cast<const __m128i*>(at)); };
  const __m128i big_endian_words = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const __m128i badc = _mm_shuffle_epi32(load(&state[0]), 0xB1),
                efgh = _mm_shuffle_epi32(load(&state[4]), 0x1B);
  __m128i abef = _mm_alignr_epi8(badc, efgh, 8), cdgh = _mm_blend_epi16(efgh, badc, 0xF0);
  for (; count > 0; --count, blocks += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i words[4];
    for (int i = 0; i < 4; ++i) words[i] = _mm_shuffle_epi8(load(blocks + 16 * i), big_endian_words);
#pragma GCC unroll 16
    for (int t = 0; t < 16; ++t) {
      __m128i& word = words[t & 3];
      if (t >= 4) {
        const __m128i last = words[(t + 3) & 3];
        word = _mm_add_epi32(_mm_sha256msg1_epu32(word, words[(t + 1) & 3]),
                             _mm_alignr_epi8(last, words[(t + 2) & 3], 4));
        word = _mm_sha256msg2_epu32(word, last);
      }
      const __m128i addend = _mm_add_epi32(word, load(kRound + 4 * t));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, addend);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(addend, 0x0E));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(&state[0]), _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(&state[4]), _mm_alignr_epi8(dchg, feba, 8));
}

bool has_sha_instructions() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b >> 29 & 1) != 0;
}

#endif

}  // namespace

void fold_sha256_plain(Sha256State& state, const std::byte* blocks, size_t count) {
  for (; count > 0; --count, blocks += 64) fold_block(state, blocks);
}

FoldSha256 fold_sha256_native() {
#if defined(__x86_64__)
  static const bool has = has_sha_instructions();
  if (has) return fold_with_sha_instructions;
#endif
  return nullptr;
}

}  // namespace shortlist
