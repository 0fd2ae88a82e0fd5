// NumPy's .npy files: 6 bytes of magic | version | header length | Python dict | padding to 64 | data.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace shortlist {

// Writes atomically: version 1.0, little-endian, C order.
void write_npy(const std::string& path, std::span<const float> values);
void write_npy(const std::string& path, std::span<const int32_t> values);
void write_npy(const std::string& path, std::span<const int64_t> values);
// values[rows, cols].
void write_npy(const std::string& path, std::span<const float> values, size_t rows, size_t cols);

// A 1-D array of int32 or int64. Throws a data Error that names the file, its content and what is needed.
std::vector<int64_t> read_npy_integers(const std::string& path);

struct NpyFloats {
  size_t rows = 0, cols = 0;  // 1 for a 1-D array
  std::vector<float> values;  // [rows, cols]
};
// A 1-D or 2-D array of float32.
NpyFloats read_npy_floats(const std::string& path);

}  // namespace shortlist
