#include "shortlist/python/object_reader.h"

#include <nanobind/stl/string.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "shortlist/base/error.h"
#include "shortlist/python/values.h"

namespace shortlist::python {
namespace {

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

  ArrowPart read(nb::sequence values) {
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

  ArrowPart finish() {
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

  ArrowPart finish_large(std::unique_ptr<Owned> owned) {
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

}  // namespace

ArrowPart read_objects(const std::string& column, nb::sequence values) {
  return ObjectReader(column).read(values);
}

}  // namespace shortlist::python
