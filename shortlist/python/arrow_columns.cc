#include "shortlist/python/arrow_columns.h"

#include <nanobind/stl/string.h>

#include <nanobind/ndarray.h>

#include <cmath>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "shortlist/base/error.h"
#include "shortlist/python/values.h"

namespace shortlist::python {
namespace {

using Array = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu, nb::ndim<1>>;

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

  ~Owned() {
    for (ArrowArray& array : arrays)
      if (array.release != nullptr) array.release(&array);
    for (ArrowSchema& schema : schemas)
      if (schema.release != nullptr) schema.release(&schema);
    const nb::gil_scoped_acquire gil;
    kept.reset();
  }
};

template <typename T>
void release_owned(T* self) {
  delete static_cast<Owned*>(self->private_data);
  self->release = nullptr;
}

ArrowSchema make_schema(std::string format, std::string name, std::vector<ArrowSchema> children,
                        std::optional<ArrowSchema> dictionary = std::nullopt) {
  auto owned = std::make_unique<Owned>();
  owned->format = std::move(format);
  owned->name = std::move(name);
  owned->schemas = std::move(children);
  const size_t count = owned->schemas.size();
  if (dictionary) owned->schemas.push_back(*dictionary);
  for (ArrowSchema& schema : owned->schemas) owned->schema_pointers.push_back(&schema);
  ArrowSchema schema{.format = owned->format.c_str(),
                     .name = owned->name.c_str(),
                     .metadata = nullptr,
                     .flags = kArrowNullable,
                     .n_children = static_cast<int64_t>(count),
                     .children = owned->schema_pointers.data(),
                     .dictionary = dictionary ? owned->schema_pointers[count] : nullptr,
                     .release = release_owned<ArrowSchema>,
                     .private_data = nullptr};
  schema.private_data = owned.release();
  return schema;
}

// A column of an Arrow table.
struct Part {
  ArrowSchema schema = {};
  ArrowArray array = {};
};

Part make_part(int64_t rows, std::string format, std::unique_ptr<Owned> owned, std::vector<Part> children,
               std::optional<Part> dictionary = std::nullopt) {
  std::vector<ArrowSchema> schemas;
  for (const Part& child : children) {
    schemas.push_back(child.schema);
    owned->arrays.push_back(child.array);
  }
  const size_t count = owned->arrays.size();
  if (dictionary) owned->arrays.push_back(dictionary->array);
  for (ArrowArray& array : owned->arrays) owned->array_pointers.push_back(&array);
  Part part;
  part.array = {.length = rows,
                .null_count = owned->buffers[0] == nullptr ? 0 : -1,
                .offset = 0,
                .n_buffers = static_cast<int64_t>(owned->buffers.size()),
                .n_children = static_cast<int64_t>(count),
                .buffers = owned->buffers.data(),
                .children = owned->array_pointers.data(),
                .dictionary = dictionary ? owned->array_pointers[count] : nullptr,
                .release = release_owned<ArrowArray>,
                .private_data = nullptr};
  part.schema = make_schema(std::move(format), "", std::move(schemas),
                            dictionary ? std::optional(dictionary->schema) : std::nullopt);
  part.array.private_data = owned.release();
  return part;
}

void rename(Part& part, const std::string& name) {
  auto* owned = static_cast<Owned*>(part.schema.private_data);
  owned->name = name;
  part.schema.name = owned->name.c_str();
}

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

const void* keep(Owned& owned, std::vector<uint8_t> bytes) {
  bytes.reserve(1);  // an address, even without bytes
  return owned.memory.emplace_back(std::move(bytes)).data();
}
template <typename T>
const void* keep(Owned& owned, const std::vector<T>& values) {
  std::vector<uint8_t> bytes(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return keep(owned, std::move(bytes));
}
// The validity of values; null if none is missing.
const void* keep_validity(Owned& owned, Bits& valid) {
  return valid.all() ? nullptr : keep(owned, valid.take());
}

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
Part part_of_array(const std::string& column, nb::handle values, nb::handle missing,
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

enum class Kind { none, text, whole, number, flag, list };

const char* describe(Kind kind) {
  switch (kind) {
    case Kind::text:
      return "a text";
    case Kind::whole:
    case Kind::number:
      return "a number";
    case Kind::flag:
      return "a boolean";
    case Kind::list:
      return "a list";
    default:
      return "nothing";
  }
}

constexpr int kMostDepth = 16;  // of lists within lists

Error without_python_error(Error error) {
  PyErr_Clear();
  return error;
}

// Reads values of one type from Python objects.
class ObjectReader {
 public:
  explicit ObjectReader(std::string column, int depth = 0) : column_(std::move(column)), depth_(depth) {}

  Part read(nb::sequence values) {
    for (const nb::handle value : values) add(value);
    return finish();
  }

 private:
  Kind kind_of(nb::handle value) const {
    PyObject* object = value.ptr();
    if (PyUnicode_Check(object)) return Kind::text;
    if (PyBool_Check(object)) return Kind::flag;
    if (PyLong_Check(object)) return Kind::whole;
    if (PyFloat_Check(object)) return Kind::number;
    if (PyList_Check(object) || PyTuple_Check(object)) return Kind::list;
    const char* name = Py_TYPE(object)->tp_name;
    if (std::strcmp(name, "numpy.bool_") == 0 || std::strcmp(name, "numpy.bool") == 0) return Kind::flag;
    if (std::strcmp(name, "numpy.ndarray") == 0) return Kind::list;
    if (PyIndex_Check(object)) return Kind::whole;                  // integers of NumPy
    if (nb::hasattr(value.type(), "isoformat")) return Kind::text;  // dates and times
    if (nb::hasattr(value.type(), "__float__")) return Kind::number;
    throw wrong_type(value);
  }

  Error wrong_type(nb::handle value) const {
    return data_error("{}: row {} is a {}, need texts, numbers, booleans or lists of them", column_,
                      rows_ + 1, type_name_of(value));
  }

  void add(nb::handle value) {
    const bool missing = is_missing(value);
    valid_.push(!missing);
    if (!missing) check(kind_of(value));
    switch (kind_) {
      case Kind::none:
        break;
      case Kind::text:
        add_text(value, missing);
        break;
      case Kind::list:
        add_list(value, missing);
        break;
      default:
        add_number(value, missing);
    }
    ++rows_;
  }

  void check(Kind kind) {
    if (kind_ == Kind::whole && kind == Kind::number) kind_ = Kind::number;
    if (kind_ == Kind::number && kind == Kind::whole) return;
    if (kind_ == Kind::none) start(kind);
    if (kind != kind_)
      throw data_error("{}: row {} is {}, but row {} is {}; need values of one type", column_, rows_ + 1,
                       describe(kind), first_ + 1, describe(kind_));
  }

  // The rows before the first value are missing.
  void start(Kind kind) {
    kind_ = kind;
    first_ = rows_;
    wholes_.resize(rows_);
    numbers_.resize(rows_);
    ends_.assign(rows_ + 1, 0);
    for (size_t r = 0; r < rows_; ++r) flags_.push(false);
  }

  void add_number(nb::handle value, bool missing) {
    if (kind_ == Kind::flag) return flags_.push(!missing && PyObject_IsTrue(value.ptr()) == 1);
    int overflow = 0;
    int64_t whole = 0;
    double number = 0;
    if (!missing && PyFloat_Check(value.ptr())) {
      number = PyFloat_AS_DOUBLE(value.ptr());
    } else if (!missing && PyIndex_Check(value.ptr())) {
      const nb::object index = nb::steal(PyNumber_Index(value.ptr()));
      if (!index.is_valid()) throw without_python_error(wrong_type(value));
      whole = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
      number = static_cast<double>(whole);
      if (overflow != 0) {
        number = PyLong_AsDouble(index.ptr());
        PyErr_Clear();
        large_ = true;
      }
    } else if (!missing) {
      const nb::object floating = nb::steal(PyNumber_Float(value.ptr()));
      if (!floating.is_valid()) throw without_python_error(wrong_type(value));
      number = PyFloat_AS_DOUBLE(floating.ptr());
    }
    wholes_.push_back(whole);
    numbers_.push_back(number);
    // Integers beyond 64 bits are ids: kept as text.
    if (large_ || overflow != 0 || kind_ == Kind::whole)
      digits_.push_back(missing || overflow == 0 ? std::string() : shown(value));
  }

  void add_text(nb::handle value, bool missing) {
    if (!missing) {
      nb::object text = nb::borrow(value);
      if (!PyUnicode_Check(value.ptr())) text = value.attr("isoformat")();
      if (!PyUnicode_Check(text.ptr())) throw wrong_type(value);
      Py_ssize_t size = 0;
      const char* bytes = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
      if (bytes == nullptr) {
        PyErr_Clear();
        throw data_error("{}: row {} is not valid Unicode", column_, rows_ + 1);
      }
      bytes_.insert(bytes_.end(), bytes, bytes + size);
    }
    ends_.push_back(static_cast<int64_t>(bytes_.size()));
  }

  void add_list(nb::handle value, bool missing) {
    if (!missing) {
      if (depth_ == kMostDepth)
        throw data_error("{}: lists are nested more than {} levels deep", column_, kMostDepth);
      if (elements_ == nullptr) elements_ = std::make_unique<ObjectReader>(column_, depth_ + 1);
      for (const nb::handle element : nb::iter(value)) elements_->add(element);
    }
    ends_.push_back(elements_ == nullptr ? 0 : static_cast<int64_t>(elements_->rows_));
  }

  Part finish() {
    auto owned = std::make_unique<Owned>();
    owned->buffers.push_back(keep_validity(*owned, valid_));
    const auto rows = static_cast<int64_t>(rows_);
    switch (kind_) {
      case Kind::none:  // all are missing: texts
        start(Kind::text);
        [[fallthrough]];
      case Kind::text:
        owned->buffers.push_back(keep(*owned, ends_));
        owned->buffers.push_back(keep(*owned, std::move(bytes_)));
        return make_part(rows, "U", std::move(owned), {});
      case Kind::whole:
        if (large_) return finish_large(std::move(owned));
        owned->buffers.push_back(keep(*owned, wholes_));
        return make_part(rows, "l", std::move(owned), {});
      case Kind::number:
        owned->buffers.push_back(keep(*owned, numbers_));
        return make_part(rows, "g", std::move(owned), {});
      case Kind::flag:
        owned->buffers.push_back(keep(*owned, flags_.take()));
        return make_part(rows, "b", std::move(owned), {});
      case Kind::list:
        if (elements_ == nullptr) elements_ = std::make_unique<ObjectReader>(column_, depth_ + 1);
        owned->buffers.push_back(keep(*owned, ends_));
        return make_part(rows, "+L", std::move(owned), {elements_->finish()});
    }
    return {};
  }

  Part finish_large(std::unique_ptr<Owned> owned) {
    std::vector<int64_t> ends = {0};
    std::vector<uint8_t> bytes;
    for (size_t r = 0; r < rows_; ++r) {
      const std::string& text =
          r < first_ || digits_[r - first_].empty() ? std::to_string(wholes_[r]) : digits_[r - first_];
      bytes.insert(bytes.end(), text.begin(), text.end());
      ends.push_back(static_cast<int64_t>(bytes.size()));
    }
    owned->buffers.push_back(keep(*owned, ends));
    owned->buffers.push_back(keep(*owned, std::move(bytes)));
    return make_part(static_cast<int64_t>(rows_), "U", std::move(owned), {});
  }

  const std::string column_;
  const int depth_;
  Kind kind_ = Kind::none;
  size_t rows_ = 0, first_ = 0;
  bool large_ = false;
  Bits valid_, flags_;
  std::vector<int64_t> wholes_, ends_;
  std::vector<double> numbers_;
  std::vector<std::string> digits_;  // of each row from `first_` on; "" for one that fits 64 bits
  std::vector<uint8_t> bytes_;
  std::unique_ptr<ObjectReader> elements_;
};

Part part_of(const std::string& column, nb::tuple spec);

Part part_of_codes(const std::string& column, nb::handle codes, nb::tuple values) {
  nb::ndarray<const int32_t, nb::c_contig, nb::device::cpu, nb::ndim<1>> array;
  if (!nb::try_cast(codes, array)) throw data_error("{}: need codes of 32 bits", column);
  auto owned = std::make_unique<Owned>();
  Bits valid;
  for (size_t r = 0; r < array.shape(0); ++r) valid.push(array.data()[r] >= 0);
  owned->buffers = {keep_validity(*owned, valid), array.data()};
  owned->kept = nb::borrow(codes);
  return make_part(static_cast<int64_t>(array.shape(0)), "i", std::move(owned), {}, part_of(column, values));
}

Part part_of(const std::string& column, nb::tuple spec) {
  const std::string kind = nb::cast<std::string>(spec[0]);
  if (kind == "codes") return part_of_codes(column, spec[1], nb::cast<nb::tuple>(spec[2]));
  if (kind == "objects") return ObjectReader(column).read(nb::cast<nb::sequence>(spec[1]));
  const std::string unit = nb::len(spec) > 3 ? nb::cast<std::string>(spec[3]) : "";
  return part_of_array(column, spec[1], spec[2], unit);
}

// A stream of one batch.
struct OneBatch {
  Part part;
  bool taken = false;
};

ArrowArrayStream stream_of(Part part) {
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
  std::vector<Part> parts;
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
    for (Part& part : parts) {
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
