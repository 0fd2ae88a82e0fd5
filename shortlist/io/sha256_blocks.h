// The SHA-256 compression of blocks of 64 bytes (FIPS 180-4, section 6.2.2), in two implementations.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace shortlist {

using Sha256State = std::array<uint32_t, 8>;
// Adds `count` consecutive blocks to the state.
using FoldSha256 = void (*)(Sha256State& state, const std::byte* blocks, size_t count);

void fold_sha256_plain(Sha256State& state, const std::byte* blocks, size_t count);
// Uses the processor's SHA instructions, about six times as fast; null if it has none.
FoldSha256 fold_sha256_native();

}  // namespace shortlist
