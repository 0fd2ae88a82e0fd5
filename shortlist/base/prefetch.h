// Prefetches the cache line of an address that will be used soon.
#pragma once

namespace shortlist {

// GCC considers a function that only prefetches free of side effects and drops calls to it; the empty asm is
// a side effect.
inline void prefetch(const void* address) {
  __builtin_prefetch(address);
  asm volatile("");
}

}  // namespace shortlist
