#include "shortlist/io/npy.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <string_view>

#include "shortlist/base/error.h"
#include "shortlist/io/file.h"

namespace shortlist {
namespace {

static_assert(std::endian::native == std::endian::little,
              "values are read and written as they lie in memory");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kAlignment = 64;

void write(const std::string& path, std::string_view descr, const std::string& shape, Bytes data) {
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr, shape);
  const size_t before = kMagic.size() + 4;  // version and u16 length
  header.append(kAlignment - 1 - (before + header.size()) % kAlignment, ' ');
  header += '\n';
  AtomicFile file(path);
  file.write(kMagic);
  const char version_and_length[4] = {1, 0, static_cast<char>(header.size()),
                                      static_cast<char>(header.size() >> 8)};
  file.write(std::string_view(version_and_length, 4));
  file.write(header);
  file.write(data);
  file.commit();
}

template <typename T>
void write_list(const std::string& path, std::string_view descr, std::span<const T> values) {
  write(path, descr, fmt::format("{},", values.size()), std::as_bytes(values));
}

struct Array {
  std::string descr;  // "<i4"
  bool fortran_order = false;
  std::vector<size_t> shape;
  Bytes data;

  std::string describe() const {
    return fmt::format("'{}' of shape ({}){}", descr, fmt::join(shape, ", "),
                       fortran_order ? " in Fortran order" : "");
  }
};

// Parses the dict that numpy writes, with its three keys in any order and any spaces.
class HeaderParser {
 public:
  HeaderParser(const std::string& path, std::string_view text) : path_(path), left_(text) {}

  Array parse() {
    Array array;
    int keys = 0;
    expect('{');
    for (; !take('}'); ++keys) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr") {
        array.descr = quoted();
      } else if (key == "fortran_order") {
        array.fortran_order = boolean();
      } else if (key == "shape") {
        array.shape = sizes();
      } else {
        throw damaged();
      }
      if (!take(',') && peek() != '}') throw damaged();
    }
    if (keys != 3 || array.descr.empty() || peek() != '\0') throw damaged();
    return array;
  }

 private:
  Error damaged() const { return data_error("{}: its npy header is damaged", path_); }
  char peek() {
    while (!left_.empty() && (left_[0] == ' ' || left_[0] == '\n')) left_.remove_prefix(1);
    return left_.empty() ? '\0' : left_[0];
  }
  bool take(char c) {
    const bool found = peek() == c;
    if (found) left_.remove_prefix(1);
    return found;
  }
  void expect(char c) {
    if (!take(c)) throw damaged();
  }
  std::string quoted() {
    const char quote = peek();
    if (quote == '[') throw data_error("{}: got a table of records, need plain numbers", path_);
    if (quote != '\'' && quote != '"') throw damaged();
    const size_t end = left_.find(quote, 1);
    if (end == left_.npos) throw damaged();
    const std::string text(left_.substr(1, end - 1));
    left_.remove_prefix(end + 1);
    return text;
  }
  bool boolean() {
    peek();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (!left_.starts_with(word)) continue;
      left_.remove_prefix(word.size());
      return value;
    }
    throw damaged();
  }
  std::vector<size_t> sizes() {
    std::vector<size_t> sizes;
    expect('(');
    while (!take(')')) {
      peek();
      const auto [end, error] =
          std::from_chars(left_.data(), left_.data() + left_.size(), sizes.emplace_back());
      if (error != std::errc()) throw damaged();
      left_.remove_prefix(end - left_.data());
      if (!take(',') && peek() != ')') throw damaged();
    }
    return sizes;
  }

  const std::string& path_;
  std::string_view left_;
};

size_t element_bytes(const std::string& descr) {
  if (descr == "<i4" || descr == "<f4") return 4;
  return descr == "<i8" ? 8 : 0;
}

Array parse(const std::string& path, Bytes file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with(kMagic) || text.size() < 10) throw data_error("{}: not an npy file", path);
  const int version = text[6];
  const size_t length_bytes = version == 1 ? 2 : 4, begin = 8 + length_bytes;
  if (version < 1 || version > 3) throw data_error("{}: npy version {}, need 1, 2 or 3", path, version);
  uint32_t length = 0;
  if (text.size() >= begin) std::memcpy(&length, text.data() + 8, length_bytes);
  if (text.size() < begin || length > text.size() - begin) {
    throw data_error("{}: truncated within its npy header", path);
  }
  Array array = HeaderParser(path, text.substr(begin, length)).parse();
  array.data = file.subspan(begin + length);
  return array;
}

// Checks that the length of the data matches the shape. element_bytes must support the dtype.
void check_size(const std::string& path, const Array& array) {
  size_t bytes = element_bytes(array.descr);
  bool overflow = false;
  for (const size_t extent : array.shape) overflow |= __builtin_mul_overflow(bytes, extent, &bytes);
  if (overflow || bytes != array.data.size()) {
    throw data_error("{}: {} does not fit {} bytes of data", path, array.describe(), array.data.size());
  }
}

template <typename T>
std::vector<T> copy_values(Bytes data) {
  std::vector<T> values(data.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), data.data(), data.size());
  return values;
}

}  // namespace

void write_npy(const std::string& path, std::span<const float> values) { write_list(path, "<f4", values); }
void write_npy(const std::string& path, std::span<const int32_t> values) { write_list(path, "<i4", values); }
void write_npy(const std::string& path, std::span<const int64_t> values) { write_list(path, "<i8", values); }

void write_npy(const std::string& path, std::span<const float> values, size_t rows, size_t cols) {
  SHORTLIST_CHECK(values.size() == rows * cols);
  write(path, "<f4", fmt::format("{}, {}", rows, cols), std::as_bytes(values));
}

std::vector<int64_t> read_npy_integers(const std::string& path) {
  const FileBytes file(path);
  const Array array = parse(path, file.bytes());
  if ((array.descr != "<i4" && array.descr != "<i8") || array.shape.size() != 1) {
    throw data_error("{}: got {}, need a list of '<i4' or '<i8'", path, array.describe());
  }
  check_size(path, array);
  if (array.descr == "<i8") return copy_values<int64_t>(array.data);
  const std::vector<int32_t> values = copy_values<int32_t>(array.data);
  return {values.begin(), values.end()};
}

NpyFloats read_npy_floats(const std::string& path) {
  const FileBytes file(path);
  const Array array = parse(path, file.bytes());
  const size_t dimensions = array.shape.size();
  if (array.descr != "<f4" || dimensions < 1 || dimensions > 2 || (dimensions == 2 && array.fortran_order)) {
    throw data_error("{}: got {}, need a list or a table of '<f4' in C order", path, array.describe());
  }
  check_size(path, array);
  return {array.shape[0], dimensions == 2 ? array.shape[1] : 1, copy_values<float>(array.data)};
}

}  // namespace shortlist
