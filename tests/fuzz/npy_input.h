// One input of the npy fuzzer: a file.
#pragma once

#include "shortlist/io/npy.h"
#include "tests/fuzz/fuzzed_reader.h"

namespace shortlist {

// Returns whether it holds numbers of a kind that is read.
inline bool read_fuzzed_npy(std::string_view input) {
  static const FuzzedFile file("fuzzed.npy");
  const std::string& path = file.write(input);
  const bool integers = read_or_refuse(input, [&] { read_npy_integers(path); });
  const bool floats = read_or_refuse(input, [&] {
    const NpyFloats read = read_npy_floats(path);
    SHORTLIST_CHECK(read.rows * read.cols == read.values.size());
  });
  return integers || floats;
}

}  // namespace shortlist
