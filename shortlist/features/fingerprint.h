// Stable 64-bit string hashes, equal to those that Keras uses for bucketing.
#pragma once

#include <cstdint>
#include <string_view>

namespace shortlist {

// FarmHash's Fingerprint64 (Pike & Alakuijala 2014): TensorFlow's to_hash_bucket_fast, before the modulo.
uint64_t fingerprint64(std::string_view bytes);

// SipHash-2-4 (Aumasson & Bernstein 2012) with the key (key0, key1): TensorFlow's to_hash_bucket_strong,
// before the modulo.
uint64_t siphash64(std::string_view bytes, uint64_t key0, uint64_t key1);

// TensorFlow's FingerprintCat64: the fingerprint of two fingerprints, in this order.
uint64_t fingerprint_cat64(uint64_t first, uint64_t second);

}  // namespace shortlist
