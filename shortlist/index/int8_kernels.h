// Inner products of eight-bit codes: exact integers, so every processor and every kernel has the same.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shortlist {

// out[i] = sum over j of rows[ids[i] * stride + j] * query[j]. The stride is a multiple of 32.
void int8_products(const uint8_t* rows, size_t stride, const int8_t* query, const uint32_t* ids, size_t count,
                   int32_t* out);

// Whether the processor multiplies four codes at a time (VNNI), and has not been told to do without.
bool use_vnni();
// For tests and benchmarks, to run what a processor without it runs.
void hide_vnni(bool hidden);

}  // namespace shortlist
