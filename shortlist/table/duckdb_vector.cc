#include "shortlist/table/duckdb_vector.h"

#include <algorithm>
#include <cmath>

namespace shortlist {
namespace {

constexpr uint32_t kInlinedBytes = 12;  // a duckdb_string_t stores texts up to this length inline

// Avoids duckdb_string_is_inlined, which would call into the library for every value.
std::string_view text_of(const duckdb_string_t& text) {
  const uint32_t length = text.value.inlined.length;
  return {length <= kInlinedBytes ? text.value.inlined.inlined : text.value.pointer.ptr, length};
}

bool is_valid(const uint64_t* validity, size_t row) {
  return validity == nullptr || (validity[row / 64] >> (row % 64) & 1) != 0;
}

void read_missing(const uint64_t* validity, size_t rows, std::vector<uint8_t>& missing) {
  missing.clear();
  if (validity == nullptr) return;
  size_t valid = 0;
  missing.resize(rows);
  for (size_t r = 0; r < rows; ++r) {
    missing[r] = !is_valid(validity, r);
    valid += 1 - missing[r];
  }
  if (valid == rows) missing.clear();
}

// Appends value `at` of a vector's data to a column.
void append(const void* data, size_t at, Column& column) {
  switch (column.type) {
    case ColumnType::text:
      column.texts.push_back(text_of(static_cast<const duckdb_string_t*>(data)[at]));
      break;
    case ColumnType::integer:
      column.integers.push_back(static_cast<const int64_t*>(data)[at]);
      break;
    default:
      column.numbers.push_back(static_cast<const double*>(data)[at]);
  }
}

// Rows of a list vector may share or skip elements of its child vector, so elements are read by position.
void read_list(const DuckdbApi& api, duckdb_vector vector, size_t rows, Column& column) {
  const auto* entries = static_cast<const duckdb_list_entry*>(api.vector_get_data(vector));
  const duckdb_vector child = api.list_vector_get_child(vector);
  const void* data = api.vector_get_data(child);
  const uint64_t* validity = api.vector_get_validity(child);
  Column& elements = *column.elements;
  elements.texts.clear(), elements.integers.clear(), elements.numbers.clear();
  elements.rows = 0;
  column.offsets.assign(1, 0);
  for (size_t r = 0; r < rows; ++r) {
    const size_t length = column.is_missing(r) ? 0 : entries[r].length;
    for (size_t i = entries[r].offset; length > 0 && i < entries[r].offset + length; ++i) {
      if (!is_valid(validity, i)) continue;
      append(data, i, elements);
      ++elements.rows;
    }
    column.offsets.push_back(static_cast<uint32_t>(elements.rows));
  }
}

void read_texts(const duckdb_string_t* data, size_t rows, Column& column) {
  column.texts.resize(rows);
  for (size_t r = 0; r < rows; ++r) {
    column.texts[r] = column.is_missing(r) ? std::string_view() : text_of(data[r]);
  }
}

// Entries of missing rows are unspecified in DuckDB; we set them to 0.
template <typename T>
void read_numbers(const T* data, size_t rows, const std::vector<uint8_t>& missing, std::vector<T>& out) {
  out.assign(data, data + rows);
  for (size_t r = 0; r < missing.size(); ++r) {
    if (missing[r]) out[r] = 0;
  }
}

}  // namespace

void read_vector(const DuckdbApi& api, duckdb_vector vector, size_t rows, Column& column) {
  const void* data = api.vector_get_data(vector);
  column.rows = rows;
  read_missing(api.vector_get_validity(vector), rows, column.missing);
  switch (column.type) {
    case ColumnType::text:
      read_texts(static_cast<const duckdb_string_t*>(data), rows, column);
      break;
    case ColumnType::integer:
      read_numbers(static_cast<const int64_t*>(data), rows, column.missing, column.integers);
      break;
    case ColumnType::number:
    case ColumnType::time:
      read_numbers(static_cast<const double*>(data), rows, column.missing, column.numbers);
      break;
    case ColumnType::list:
      read_list(api, vector, rows, column);
      break;
  }
}

namespace {

constexpr double kMicroseconds = 1e6;

void write_missing(const DuckdbApi& api, const OwnedColumn& column, size_t rows, duckdb_vector vector) {
  if (std::count(column.missing.begin(), column.missing.end(), 1) == 0) return;
  api.vector_ensure_validity_writable(vector);
  uint64_t* validity = api.vector_get_validity(vector);
  for (size_t r = 0; r < rows; ++r) {
    if (column.missing[r]) validity[r / 64] &= ~(uint64_t{1} << (r % 64));
  }
}

void write_list(const DuckdbApi& api, const OwnedColumn& column, size_t rows, duckdb_vector vector) {
  api.list_vector_reserve(vector, column.elements.size());
  auto* entries = static_cast<duckdb_list_entry*>(api.vector_get_data(vector));
  for (size_t r = 0; r < rows; ++r) {
    entries[r] = {column.offsets[r], column.offsets[r + 1] - column.offsets[r]};
  }
  auto* child = static_cast<float*>(api.vector_get_data(api.list_vector_get_child(vector)));
  std::copy(column.elements.begin(), column.elements.end(), child);
  api.list_vector_set_size(vector, column.elements.size());
}

}  // namespace

void write_vector(const DuckdbApi& api, ColumnType type, const OwnedColumn& column, size_t rows,
                  duckdb_vector vector) {
  void* data = api.vector_get_data(vector);
  write_missing(api, column, rows, vector);
  switch (type) {
    case ColumnType::text:
      for (size_t r = 0; r < rows; ++r) {
        api.vector_assign_string_element_len(vector, r, column.texts[r].data(), column.texts[r].size());
      }
      break;
    case ColumnType::integer:
      std::copy(column.integers.begin(), column.integers.end(), static_cast<int64_t*>(data));
      break;
    case ColumnType::number:
      std::copy(column.numbers.begin(), column.numbers.end(), static_cast<double*>(data));
      break;
    case ColumnType::time:
      std::transform(column.numbers.begin(), column.numbers.end(), static_cast<int64_t*>(data),
                     [](double seconds) { return std::llround(seconds * kMicroseconds); });
      break;
    case ColumnType::list:
      write_list(api, column, rows, vector);
      break;
  }
}

}  // namespace shortlist
