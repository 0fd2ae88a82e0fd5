// NumPy arrays that own their memory.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <memory>
#include <utility>
#include <vector>

namespace shortlist::python {

namespace nb = nanobind;

// Takes the values. `columns` 0: one dimension, else rows of so many columns.
template <typename T>
nb::object array_of(std::vector<T> values, size_t columns = 0) {
  auto owned = std::make_unique<std::vector<T>>(std::move(values));
  const size_t shape[2] = {columns == 0 ? owned->size() : owned->size() / columns, columns};
  T* data = owned->data();
  const nb::capsule owner(owned.release(), [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nb::cast(nb::ndarray<nb::numpy, T>(data, columns == 0 ? 1 : 2, shape, owner));
}

}  // namespace shortlist::python
