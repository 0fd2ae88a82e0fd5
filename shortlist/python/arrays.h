// NumPy arrays: results that own their memory, and views of arguments.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "shortlist/math/matrix.h"

namespace shortlist::python {

namespace nb = nanobind;

using Tuple = nb::typed<nb::tuple, nb::any, nb::ellipsis>;
using Dict = nb::typed<nb::dict, nb::str, nb::any>;

// An argument in C order. Bindings take no other arrays, so that nothing is copied.
template <typename T>
using VectorArgument = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <typename T>
using MatrixArgument = nb::ndarray<const T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

template <typename T>
std::span<const T> view(const VectorArgument<T>& array) {
  return {array.data(), array.size()};
}
inline ConstMatrix view(const MatrixArgument<float>& array) {
  return {array.data(), array.shape(0), array.shape(1), array.shape(1)};
}

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
