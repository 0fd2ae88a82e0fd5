// A table in memory, as another program (pandas, polars, Arrow) keeps it: batches of Arrow arrays.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "shortlist/table/arrow_abi.h"

namespace shortlist {

class ArrowTable {
 public:
  // Takes all batches of the stream and releases it. Copies no values: they stay alive as long as this
  // object. `name` is the table in messages, such as "the data". Throws a data Error if the stream fails, or
  // if its rows are not columns side by side.
  ArrowTable(std::string name, ArrowArrayStream& stream);
  ArrowTable(const ArrowTable&) = delete;
  ArrowTable& operator=(const ArrowTable&) = delete;
  ~ArrowTable();

  const std::string& name() const { return name_; }
  // Its children are the columns.
  const ArrowSchema& schema() const { return schema_; }
  // None is empty.
  std::span<const ArrowArray> batches() const { return batches_; }
  uint64_t rows() const { return rows_; }
  // Whether a column consists of codes of a dictionary, some of which are missing. At most kMostMissingCodes
  // rows of it may be converted at once.
  bool has_missing_codes(size_t column) const { return !missing_codes_.empty() && missing_codes_[column]; }
  static constexpr uint64_t kMostMissingCodes = 2048;

 private:
  void release();
  void note_missing_codes(ArrowArray& batch);

  std::string name_;
  ArrowSchema schema_ = {};
  std::vector<ArrowArray> batches_;
  std::vector<bool> missing_codes_;  // of each column
  uint64_t rows_ = 0;
};

// Part of a batch: some of its columns, and some of its rows. The values remain the batch's own, and `array`
// and `schema` are valid as long as this object and the table.
class ArrowSlice {
 public:
  ArrowSlice(const ArrowTable& table, std::span<const size_t> columns);
  ArrowSlice(const ArrowSlice&) = delete;
  ArrowSlice& operator=(const ArrowSlice&) = delete;

  ArrowSchema* schema() { return &schema_; }
  // Rows [first, first + rows) of a batch of the table.
  ArrowArray* rows(const ArrowArray& batch, uint64_t first, uint64_t rows);

 private:
  std::vector<size_t> columns_;
  ArrowSchema schema_;
  std::vector<ArrowSchema*> column_schemas_;
  ArrowArray array_ = {};
  std::vector<ArrowArray> column_arrays_;
  std::vector<ArrowArray*> column_pointers_;
  const void* no_validity_ = nullptr;
};

}  // namespace shortlist
