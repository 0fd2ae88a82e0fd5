// Which instructions multiply in bfloat16, if any.
#include <atomic>

#include "shortlist/math/tiles.h"
#include "shortlist/math/vector_target.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace shortlist {
namespace {

bool has_bfloat16() {
  return may_use_avx512() && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw");
}

// On Linux, a process must ask for permission to use the tile registers (arch_prctl(2)).
bool ask_for_tiles() {
  constexpr int kAskForState = 0x1023, kTileData = 18;
  constexpr unsigned kTiles = 1u << 24, kBfloat16 = 1u << 22;  // in EDX
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!has_bfloat16() || __get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  return (d & kTiles) != 0 && (d & kBfloat16) != 0 && syscall(SYS_arch_prctl, kAskForState, kTileData) == 0;
}

// Processors where pairs are known to take the time of single floats; on Intel's they take four times as
// long.
bool multiplies_pairs_fast() { return has_bfloat16() && __builtin_cpu_is("amd"); }

Bf16Unit processors_unit() {
  if (ask_for_tiles()) return Bf16Unit::tiles;
  return multiplies_pairs_fast() ? Bf16Unit::pairs : Bf16Unit::none;
}

std::atomic<Bf16Unit> tests_unit = Bf16Unit::none;

}  // namespace

Bf16Unit bf16_unit() {
  static const Bf16Unit unit = processors_unit();
  const Bf16Unit other = tests_unit;
  return other == Bf16Unit::none ? unit : other;
}

bool use_bf16_unit(Bf16Unit unit) {
  const bool can = unit == Bf16Unit::none || (unit == Bf16Unit::tiles ? ask_for_tiles() : has_bfloat16());
  if (can) tests_unit = unit;
  return can;
}

}  // namespace shortlist
#else
namespace shortlist {

Bf16Unit bf16_unit() { return Bf16Unit::none; }
bool use_bf16_unit(Bf16Unit) { return false; }

}  // namespace shortlist
#endif
