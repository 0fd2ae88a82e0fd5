#include "shortlist/python/arrow_columns.h"

#include <nanobind/stl/string.h>

#include <nanobind/ndarray.h>

#include <cmath>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "shortlist/base/error.h"
#include "shortlist/python/arrow_part.h"
#include "shortlist/python/object_reader.h"
#include "shortlist/python/values.h"

namespace shortlist::python {
namespace {

using Array = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu, nb::ndim<1>>;

std::string format_of(const Array& array) {
  const auto type = array.dtype();
  const int bits = type.bits * type.lanes;
  if (type.code == static_cast<uint8_t>(nb::dlpack::dtype_code::Bool)) return "b";
  if (type.code == static_cast<uint8_t>(nb::dlpack::dtype_code::Float) && bits >= 32)
    return bits == 32 ? "f" : "g";
  const bool is_signed = type.code == static_cast<uint8_t>(nb::dlpack::dtype_code::Int);
  if (!is_signed && type.code != static_cast<uint8_t>(nb::dlpack::dtype_code::UInt)) return "";
  const char* formats = is_signed ? "csil" : "CSIL";
  return std::string(1, formats[bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3]);
}

Bits valid_bits(const Array& array, const std::string& format, nb::handle missing, bool is_time) {
  const size_t rows = array.shape(0);
  Array mask;
  const bool masked = !missing.is_none();
  if (masked) mask = nb::cast<Array>(missing);
  SHORTLIST_CHECK(!masked || mask.shape(0) == rows);
  const auto* flags = masked ? static_cast<const uint8_t*>(mask.data()) : nullptr;
  Bits valid;
  for (size_t r = 0; r < rows; ++r) {
    bool is_valid = flags == nullptr || flags[r] == 0;
    if (format == "f") is_valid = is_valid && !std::isnan(static_cast<const float*>(array.data())[r]);
    if (format == "g") is_valid = is_valid && !std::isnan(static_cast<const double*>(array.data())[r]);
    if (is_time) is_valid = is_valid && static_cast<const int64_t*>(array.data())[r] != INT64_MIN;  // NaT
    valid.push(is_valid);
  }
  return valid;
}

// `unit` is of a datetime64, viewed as int64: "s", "m", "u" or "n"; else "".
ArrowPart part_of_array(const std::string& column, nb::handle values, nb::handle missing,
                        const std::string& unit) {
  Array array;
  if (!nb::try_cast(values, array))
    throw data_error("{}: need a contiguous one-dimensional array of numbers", column);
  const std::string format = format_of(array);
  if (format.empty()) throw data_error("{}: its type of numbers is not supported", column);
  auto owned = std::make_unique<Owned>();
  Bits valid = valid_bits(array, format, missing, !unit.empty());
  owned->buffers = {keep_validity(*owned, valid), array.data()};
  if (format == "b") {
    Bits bits;
    for (size_t r = 0; r < array.shape(0); ++r) bits.push(static_cast<const uint8_t*>(array.data())[r] != 0);
    owned->buffers[1] = keep(*owned, bits.take());
  } else {
    owned->kept = nb::borrow(values);
  }
  return make_part(static_cast<int64_t>(array.shape(0)), unit.empty() ? format : "ts" + unit + ":",
                   std::move(owned), {});
}

ArrowPart part_of(const std::string& column, nb::tuple spec);

ArrowPart part_of_codes(const std::string& column, nb::handle codes, nb::tuple values) {
  nb::ndarray<const int32_t, nb::c_contig, nb::device::cpu, nb::ndim<1>> array;
  if (!nb::try_cast(codes, array)) throw data_error("{}: need codes of 32 bits", column);
  auto owned = std::make_unique<Owned>();
  Bits valid;
  for (size_t r = 0; r < array.shape(0); ++r) valid.push(array.data()[r] >= 0);
  owned->buffers = {keep_validity(*owned, valid), array.data()};
  owned->kept = nb::borrow(codes);
  return make_part(static_cast<int64_t>(array.shape(0)), "i", std::move(owned), {}, part_of(column, values));
}

ArrowPart part_of(const std::string& column, nb::tuple spec) {
  const std::string kind = nb::cast<std::string>(spec[0]);
  if (kind == "codes") return part_of_codes(column, spec[1], nb::cast<nb::tuple>(spec[2]));
  if (kind == "objects") return read_objects(column, nb::cast<nb::sequence>(spec[1]));
  const std::string unit = nb::len(spec) > 3 ? nb::cast<std::string>(spec[3]) : "";
  return part_of_array(column, spec[1], spec[2], unit);
}

// A stream of one batch.
struct OneBatch {
  ArrowPart part;
  bool taken = false;
};

ArrowArrayStream stream_of(ArrowPart part) {
  return {.get_schema =
              [](ArrowArrayStream* self, ArrowSchema* out) {
                *out = std::exchange(static_cast<OneBatch*>(self->private_data)->part.schema, {});
                return 0;
              },
          .get_next =
              [](ArrowArrayStream* self, ArrowArray* out) {
                *out = std::exchange(static_cast<OneBatch*>(self->private_data)->part.array, {});
                return 0;
              },
          .get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; },
          .release =
              [](ArrowArrayStream* self) {
                auto* batch = static_cast<OneBatch*>(self->private_data);
                if (batch->part.schema.release != nullptr) batch->part.schema.release(&batch->part.schema);
                if (batch->part.array.release != nullptr) batch->part.array.release(&batch->part.array);
                delete batch;
                self->release = nullptr;
              },
          .private_data = new OneBatch{part}};
}

}  // namespace

std::shared_ptr<const ArrowTable> table_of_columns(const std::string& name, nb::dict columns) {
  std::vector<ArrowPart> parts;
  try {
    for (const auto& [key, spec] : columns) {
      const std::string column = text_of(key, fmt::format("{}: the name of a column", name));
      parts.push_back(part_of(fmt::format("{}: column '{}'", name, column), nb::cast<nb::tuple>(spec)));
      rename(parts.back(), column);
      if (parts.back().array.length != parts.front().array.length)
        throw data_error("{}: column '{}' has {} rows, but column '{}' has {}", name, column,
                         parts.back().array.length, parts.front().schema.name, parts.front().array.length);
    }
  } catch (...) {
    for (ArrowPart& part : parts) {
      part.schema.release(&part.schema);
      part.array.release(&part.array);
    }
    throw;
  }
  const int64_t rows = parts.empty() ? 0 : parts.front().array.length;
  auto owned = std::make_unique<Owned>();
  owned->buffers = {nullptr};
  ArrowArrayStream stream = stream_of(make_part(rows, "+s", std::move(owned), std::move(parts)));
  return std::make_shared<ArrowTable>(name, stream);
}

std::shared_ptr<const ArrowTable> table_of_stream(const std::string& name, nb::handle object) {
  const nb::object capsule = object.attr("__arrow_c_stream__")();
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), "arrow_array_stream"));
  if (stream == nullptr) nb::raise_python_error();
  return std::make_shared<ArrowTable>(name, *stream);
}

}  // namespace shortlist::python
