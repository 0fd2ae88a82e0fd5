// One input of the safetensors fuzzer: a file.
#pragma once

#include "shortlist/index/hnsw.h"
#include "tests/fuzz/fuzzed_reader.h"

namespace shortlist {

// As a file of tensors, whose bytes are all read, and as a graph, which is walked.
inline bool read_fuzzed_safetensors(std::string_view input) {
  static const FuzzedFile file("fuzzed.safetensors");
  const std::string& path = file.write(input);
  const bool read = read_or_refuse(input, [&] {
    const SafetensorsFile tensors = SafetensorsFile::open(path);
    unsigned sum = 0;
    for (const TensorView& tensor : tensors.tensors())
      for (std::byte byte : tensor.bytes) sum += std::to_integer<unsigned>(byte);
    [[maybe_unused]] static volatile unsigned keep;
    keep = sum;
  });
  read_or_refuse(input, [&] {
    const auto index = Hnsw::load(path);
    const std::vector<float> query(index->width(), 1);
    index->search({query.data(), 1, query.size(), query.size()}, 3);
  });
  return read;
}

}  // namespace shortlist
