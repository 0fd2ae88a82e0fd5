// Arrow arrays and schemas that own their memory, or refer to that of a Python object.
#pragma once

#include <nanobind/nanobind.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/table/arrow_abi.h"

namespace shortlist::python {

namespace nb = nanobind;

// What an ArrowArray or ArrowSchema of ours owns.
struct Owned {
  std::string format, name;
  std::vector<std::vector<uint8_t>> memory;
  std::vector<const void*> buffers;
  nb::object kept;  // the array whose values are referred to
  std::vector<ArrowArray> arrays;
  std::vector<ArrowArray*> array_pointers;
  std::vector<ArrowSchema> schemas;
  std::vector<ArrowSchema*> schema_pointers;

  ~Owned();
};

// A column of an Arrow table. Its receiver releases both.
struct ArrowPart {
  ArrowSchema schema = {};
  ArrowArray array = {};
};

// `format` is that of Arrow's C data interface, and owned->buffers[0] the validity or null. The children and
// the dictionary become the part's.
ArrowPart make_part(int64_t rows, std::string format, std::unique_ptr<Owned> owned,
                    std::vector<ArrowPart> children, std::optional<ArrowPart> dictionary = std::nullopt);

void rename(ArrowPart& part, const std::string& name);

// Bits in Arrow's order.
class Bits {
 public:
  void push(bool bit) {
    if (count_ % 8 == 0) bytes_.push_back(0);
    if (bit) bytes_.back() |= static_cast<uint8_t>(1u << (count_ % 8));
    all_ = all_ && bit;
    ++count_;
  }
  bool all() const { return all_; }
  std::vector<uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
  size_t count_ = 0;
  bool all_ = true;
};

// These store values in `owned` and return their address.
const void* keep(Owned& owned, std::vector<uint8_t> bytes);
template <typename T>
const void* keep(Owned& owned, const std::vector<T>& values) {
  std::vector<uint8_t> bytes(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return keep(owned, std::move(bytes));
}
// The validity of values; null if none is missing.
const void* keep_validity(Owned& owned, Bits& valid);

}  // namespace shortlist::python
