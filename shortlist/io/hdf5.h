// The datasets of an HDF5 file. libhdf5 is opened on first use: linking to it would add 30 ms to every start
// of the program, and the program would not start where it is not installed.
// https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "shortlist/io/hdf5_dataset.h"

namespace shortlist {

// Whether the file has the HDF5 signature; false if there is no file.
bool is_hdf5(const std::string& path);

// The file is read in a child process, since damaged files make libhdf5 crash.
class Hdf5File {
 public:
  // Throws a failed Error with the places searched if libhdf5 is missing, and a data Error for a file that
  // cannot be read or that refers to other files or places (soft and external links, external storage,
  // virtual datasets).
  static Hdf5File open(const std::string& path);
  Hdf5File(Hdf5File&&) noexcept;
  ~Hdf5File();

  // Depth first. Numbers within names are ordered by value: dense_2 before dense_10.
  const std::vector<Hdf5Dataset>& datasets() const { return datasets_; }
  // Row-major, little-endian. `values` must have the dataset's size. Throws a data Error.
  void read(const Hdf5Dataset& dataset, std::span<std::byte> values) const;

 private:
  class Child;
  explicit Hdf5File(std::unique_ptr<Child> child);

  std::unique_ptr<Child> child_;
  std::vector<Hdf5Dataset> datasets_;
};

}  // namespace shortlist
