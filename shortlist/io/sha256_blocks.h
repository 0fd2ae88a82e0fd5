// What SHA-256 does with each block of 64 bytes (FIPS 180-4, section 6.2.2), in two ways.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace shortlist {

using Sha256State = std::array<uint32_t, 8>;
// Folds `count` blocks, one after another, into the state.
using FoldSha256 = void (*)(Sha256State& state, const std::byte* blocks, size_t count);

void fold_sha256_plain(Sha256State& state, const std::byte* blocks, size_t count);
// With the processor's own instructions for it, about six times as fast; null where it has none.
FoldSha256 fold_sha256_native();

}  // namespace shortlist
