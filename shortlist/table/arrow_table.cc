#include "shortlist/table/arrow_table.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>
#include <utility>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// The values belong to the table, so what is released is only a view.
template <typename T>
void release_view(T* view) {
  view->release = nullptr;
}

[[noreturn]] void throw_stream_error(const std::string& name, ArrowArrayStream& stream, int code) {
  const char* message = stream.get_last_error(&stream);
  throw data_error("{}: {}", name, message != nullptr ? message : std::strerror(code));
}

void check_columns(const std::string& name, const ArrowSchema& schema) {
  if (std::strcmp(schema.format, "+s") != 0)
    throw data_error("{}: holds values of Arrow type '{}', need columns", name, schema.format);
  if (schema.n_children == 0) throw data_error("{}: has no columns", name);
  std::unordered_set<std::string> names;
  for (int64_t c = 0; c < schema.n_children; ++c) {
    const char* column = schema.children[c]->name;
    if (column == nullptr || *column == '\0') throw data_error("{}: column {} has no name", name, c + 1);
    if (!names.insert(column).second) throw data_error("{}: has two columns '{}'", name, column);
  }
}

int64_t count_missing(const ArrowArray& array) {
  const auto* valid = static_cast<const uint8_t*>(array.buffers[0]);
  if (valid == nullptr) return 0;
  int64_t missing = 0;
  for (int64_t i = array.offset; i < array.offset + array.length; ++i)
    missing += !(valid[i / 8] >> (i % 8) & 1);
  return missing;
}

// DuckDB reads codes of a dictionary as none missing if their number is unknown (-1).
void count_missing_codes(ArrowArray& array) {
  if (array.dictionary != nullptr && array.null_count < 0) array.null_count = count_missing(array);
  for (int64_t c = 0; c < array.n_children; ++c) count_missing_codes(*array.children[c]);
}

bool misses_codes(const ArrowArray& array) {
  if (array.dictionary != nullptr) return array.null_count > 0;
  return std::any_of(array.children, array.children + array.n_children,
                     [](const ArrowArray* child) { return misses_codes(*child); });
}

}  // namespace

ArrowTable::ArrowTable(std::string name, ArrowArrayStream& stream) : name_(std::move(name)) {
  if (stream.release == nullptr) throw data_error("{}: its rows were read already", name_);
  ArrowArrayStream taken = std::exchange(stream, {});
  try {
    if (const int code = taken.get_schema(&taken, &schema_); code != 0)
      throw_stream_error(name_, taken, code);
    check_columns(name_, schema_);
    while (true) {
      ArrowArray batch = {};
      if (const int code = taken.get_next(&taken, &batch); code != 0) throw_stream_error(name_, taken, code);
      if (batch.release == nullptr) break;
      if (batch.length > 0) {
        rows_ += static_cast<uint64_t>(batch.length);
        batches_.push_back(batch);
        note_missing_codes(batches_.back());
      } else {
        batch.release(&batch);
      }
    }
  } catch (...) {
    release();
    taken.release(&taken);
    throw;
  }
  taken.release(&taken);
}

// DuckDB writes beyond its memory when more than kMostMissingCodes codes are converted at once of which some
// are missing. The codes within lists are not bounded by the rows.
void ArrowTable::note_missing_codes(ArrowArray& batch) {
  count_missing_codes(batch);
  missing_codes_.resize(static_cast<size_t>(batch.n_children));
  for (size_t c = 0; c < missing_codes_.size(); ++c) {
    const ArrowArray& column = *batch.children[c];
    if (!misses_codes(column)) continue;
    if (column.dictionary == nullptr)
      throw data_error(
          "{}: column '{}': missing values of a dictionary within lists are not supported; need texts", name_,
          schema_.children[c]->name);
    missing_codes_[c] = true;
  }
}

ArrowTable::~ArrowTable() { release(); }

void ArrowTable::release() {
  for (ArrowArray& batch : batches_) batch.release(&batch);
  if (schema_.release != nullptr) schema_.release(&schema_);
}

ArrowSlice::ArrowSlice(const ArrowTable& table, std::span<const size_t> columns)
    : columns_(columns.begin(), columns.end()), schema_(table.schema()), column_arrays_(columns.size()) {
  for (const size_t c : columns_) column_schemas_.push_back(table.schema().children[c]);
  for (ArrowArray& array : column_arrays_) column_pointers_.push_back(&array);
  schema_.children = column_schemas_.data();
  schema_.n_children = static_cast<int64_t>(columns_.size());
  schema_.release = release_view<ArrowSchema>;
}

ArrowArray* ArrowSlice::rows(const ArrowArray& batch, uint64_t first, uint64_t rows) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    ArrowArray& array = column_arrays_[i] = *batch.children[columns_[i]];
    array.offset += batch.offset + static_cast<int64_t>(first);
    array.length = static_cast<int64_t>(rows);
    if (array.null_count > 0 && array.dictionary == nullptr) array.null_count = -1;  // unknown
    array.release = release_view<ArrowArray>;
  }
  array_ = {.length = static_cast<int64_t>(rows),
            .null_count = 0,
            .offset = 0,
            .n_buffers = 1,
            .n_children = static_cast<int64_t>(columns_.size()),
            .buffers = &no_validity_,
            .children = column_pointers_.data(),
            .dictionary = nullptr,
            .release = release_view<ArrowArray>,
            .private_data = nullptr};
  return &array_;
}

}  // namespace shortlist
