// One input of the HDF5 fuzzer: a file.
#pragma once

#include "shortlist/interop/tensorflow/keras_h5.h"
#include "shortlist/io/hdf5.h"
#include "tests/fuzz/checkpoint_input.h"
#include "tests/fuzz/fuzzed_reader.h"

namespace shortlist {

// Reads every dataset of moderate size, and the whole as a model's weights. Returns whether its datasets
// could be listed.
inline bool read_fuzzed_hdf5(std::string_view input) {
  static const FuzzedFile file("fuzzed.weights.h5");
  const std::string& path = file.write(input);
  const bool listed = read_or_refuse(input, [&] {
    const Hdf5File datasets = Hdf5File::open(path);
    for (const Hdf5Dataset& dataset : datasets.datasets()) {
      size_t count = 1;
      bool small = dataset.type == "float32";
      for (uint64_t size : dataset.shape)
        small = small && !__builtin_mul_overflow(count, size, &count) && count < 100'000;
      std::vector<float> values(small ? count : 0);
      if (small)
        read_or_refuse(input, [&] { datasets.read(dataset, std::as_writable_bytes(std::span(values))); });
    }
  });
  read_or_refuse(input, [&] {
    const ModelSpec spec = fuzzed_model();
    Parameters parameters(spec);
    import_weights_h5(path, spec, parameters, {});
  });
  return listed;
}

}  // namespace shortlist
