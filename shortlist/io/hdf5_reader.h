// Reads an HDF5 file with libhdf5, within this process. A damaged file can make libhdf5 crash, which is why
// the rest of the project uses io/hdf5.h.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "shortlist/io/hdf5_dataset.h"

namespace shortlist {

// Opens libhdf5 unless it is open. Throws a failed Error with the places searched if it is missing.
void load_hdf5();

class Hdf5Reader {
 public:
  // Throws like Hdf5File::open.
  explicit Hdf5Reader(const std::string& path);
  ~Hdf5Reader();

  const std::vector<Hdf5Dataset>& datasets() const { return datasets_; }
  // `values` must have the dataset's size. Throws a data Error.
  void read(const Hdf5Dataset& dataset, std::span<std::byte> values) const;

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
  std::vector<Hdf5Dataset> datasets_;
};

}  // namespace shortlist
