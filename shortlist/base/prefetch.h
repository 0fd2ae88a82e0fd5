// Asks for the cache line of an address that will be used soon.
#pragma once

namespace shortlist {

// GCC takes a function that only prefetches for one without effect, and drops the calls of it; the empty asm
// is an effect.
inline void prefetch(const void* address) {
  __builtin_prefetch(address);
  asm volatile("");
}

}  // namespace shortlist
