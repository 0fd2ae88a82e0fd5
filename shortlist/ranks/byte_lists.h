// Lists of numbers as bytes, for exchanges between ranks.
#pragma once

#include <cstring>
#include <span>

#include "shortlist/base/error.h"
#include "shortlist/ranks/communicator.h"

namespace shortlist {

template <typename T>
void append_list(std::span<const T> values, ByteVector& to) {
  const auto bytes = std::as_bytes(values);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

// Fills `values` from the front of `from`, which must have as many bytes, and removes them there.
template <typename T>
void take_list(std::span<const std::byte>& from, std::span<T> values) {
  SHORTLIST_CHECK(values.size_bytes() <= from.size());
  if (!values.empty()) std::memcpy(values.data(), from.data(), values.size_bytes());
  from = from.subspan(values.size_bytes());
}

}  // namespace shortlist
