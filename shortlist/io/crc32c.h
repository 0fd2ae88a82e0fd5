// CRC-32C (Castagnoli), as used in TFRecord files and TensorFlow checkpoints.
#pragma once

#include <cstdint>

#include "shortlist/io/file.h"

namespace shortlist {

uint32_t crc32c(Bytes bytes);

// TensorFlow's mask, so that a CRC stored among data does not disturb a CRC over that data.
constexpr uint32_t mask_crc32c(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8U; }
inline uint32_t masked_crc32c(Bytes bytes) { return mask_crc32c(crc32c(bytes)); }

// Table-driven version, for processors without the instruction. Tests compare the two.
uint32_t crc32c_by_table(Bytes bytes);

}  // namespace shortlist
