// arrow_rows(): a table function that converts the columns of an ArrowTable that a query needs. DuckDB refers
// to most values in place.
#include "shortlist/table/duckdb_arrow.h"

#include <algorithm>

#include "shortlist/table/database.h"

namespace shortlist {
namespace {

constexpr uint64_t kOutputRows = 2048;             // of a chunk that a table function returns
constexpr uint64_t kBlockRows = 32 * kOutputRows;  // converted at once: each block converts dictionaries
static_assert(kOutputRows <= ArrowTable::kMostMissingCodes);

void check(duckdb_error_data error) {
  const DuckdbApi& api = duckdb_api();
  if (error == nullptr) return;
  const std::string message = api.error_data_has_error(error) ? api.error_data_message(error) : "";
  api.destroy_error_data(&error);
  if (!message.empty()) throw SqlError(message);
}

}  // namespace

// One pass over the rows, with some of the columns.
class ArrowScan {
 public:
  ArrowScan(const ArrowRows& rows, std::vector<size_t> columns)
      : rows_(rows), slice_(*rows.table_, columns), columns_(columns.size()) {
    const auto has_missing_codes = [&](size_t column) { return rows.table_->has_missing_codes(column); };
    if (std::ranges::any_of(columns, has_missing_codes)) block_rows_ = kOutputRows;
    if (columns_ > 0) check(api_.schema_from_arrow(rows_.connection_, slice_.schema(), &converted_));
  }
  ArrowScan(const ArrowScan&) = delete;
  ~ArrowScan() {
    api_.destroy_data_chunk(&block_);
    api_.destroy_arrow_converted_schema(&converted_);
  }

  // Converts rows of a batch. The chunk is valid until the next call.
  duckdb_data_chunk convert(const ArrowArray& batch, uint64_t first, uint64_t rows) {
    api_.destroy_data_chunk(&block_);
    check(
        api_.data_chunk_from_arrow(rows_.connection_, slice_.rows(batch, first, rows), converted_, &block_));
    return block_;
  }

  // Sets `output` to the next rows, of which there are none at the end.
  void next(duckdb_data_chunk output) {
    const auto batches = rows_.table_->batches();
    if (batch_ < batches.size() && first_ == static_cast<uint64_t>(batches[batch_].length)) {
      ++batch_;
      first_ = 0;
    }
    if (batch_ == batches.size()) return api_.data_chunk_set_size(output, 0);
    const uint64_t left = static_cast<uint64_t>(batches[batch_].length) - first_;
    const uint64_t in_block = first_ % block_rows_;
    if (columns_ > 0 && in_block == 0) convert(batches[batch_], first_, std::min(left, block_rows_));
    const uint64_t rows = std::min({left, kOutputRows, block_rows_ - in_block});
    if (columns_ > 0) select(in_block, rows, output);
    api_.data_chunk_set_size(output, rows);
    first_ += rows;
  }

 private:
  void select(uint64_t first, uint64_t rows, duckdb_data_chunk output) const {
    duckdb_selection_vector selection = api_.create_selection_vector(rows);
    sel_t* selected = api_.selection_vector_get_data_ptr(selection);
    for (uint64_t r = 0; r < rows; ++r) selected[r] = static_cast<sel_t>(first + r);
    for (size_t c = 0; c < columns_; ++c) {
      duckdb_vector vector = api_.data_chunk_get_vector(output, c);
      api_.vector_reference_vector(vector, api_.data_chunk_get_vector(block_, c));
      api_.slice_vector(vector, selection, rows);
    }
    api_.destroy_selection_vector(selection);
  }

  const DuckdbApi& api_ = duckdb_api();
  const ArrowRows& rows_;
  ArrowSlice slice_;
  const size_t columns_;
  uint64_t block_rows_ = kBlockRows;
  duckdb_arrow_converted_schema converted_ = nullptr;
  duckdb_data_chunk block_ = nullptr;
  size_t batch_ = 0;
  uint64_t first_ = 0;  // the next row of the batch
};

void ArrowRows::bind(duckdb_bind_info info) {
  const DuckdbApi& api = duckdb_api();
  const auto* rows = static_cast<const ArrowRows*>(api.bind_get_extra_info(info));
  for (size_t c = 0; c < rows->types_.size(); ++c)
    api.bind_add_result_column(info, rows->table_->schema().children[c]->name, rows->types_[c]);
}

// A single thread requests rows, so that they keep their order. No exception may propagate through DuckDB.
void ArrowRows::init(duckdb_init_info info) {
  const DuckdbApi& api = duckdb_api();
  const auto* rows = static_cast<const ArrowRows*>(api.init_get_extra_info(info));
  try {
    std::vector<size_t> columns;
    for (idx_t i = 0; i < api.init_get_column_count(info); ++i) {
      const size_t column = api.init_get_column_index(info, i);
      if (column < rows->types_.size()) columns.push_back(column);  // else only rows are counted
    }
    api.init_set_max_threads(info, 1);
    api.init_set_init_data(info, new ArrowScan(*rows, std::move(columns)),
                           [](void* scan) { delete static_cast<ArrowScan*>(scan); });
  } catch (const std::exception& error) {
    api.init_set_error(info, error.what());
  }
}

void ArrowRows::produce(duckdb_function_info info, duckdb_data_chunk output) {
  const DuckdbApi& api = duckdb_api();
  try {
    static_cast<ArrowScan*>(api.function_get_init_data(info))->next(output);
  } catch (const std::exception& error) {
    api.function_set_error(info, error.what());
  }
}

ArrowRows::ArrowRows(duckdb_database database, std::shared_ptr<const ArrowTable> table)
    : table_(std::move(table)) {
  const DuckdbApi& api = duckdb_api();
  if (table_->rows() == 0) throw data_error("{}: has no rows", table_->name());
  if (api.connect(database, &connection_) != DuckDBSuccess) throw failed("DuckDB gives no connection");
  try {
    find_types();
    duckdb_table_function function = api.create_table_function();
    api.table_function_set_name(function, "arrow_rows");
    api.table_function_set_extra_info(function, this, nullptr);
    api.table_function_set_bind(function, bind);
    api.table_function_set_init(function, init);
    api.table_function_set_function(function, produce);
    api.table_function_supports_projection_pushdown(function, true);
    const duckdb_state state = api.register_table_function(connection_, function);
    api.destroy_table_function(&function);
    if (state != DuckDBSuccess) throw failed("DuckDB does not take rows");
  } catch (...) {
    release();
    throw;
  }
}

ArrowRows::~ArrowRows() { release(); }

void ArrowRows::release() {
  for (duckdb_logical_type& type : types_) duckdb_api().destroy_logical_type(&type);
  duckdb_api().disconnect(&connection_);
}

void ArrowRows::find_types() {
  const DuckdbApi& api = duckdb_api();
  std::vector<size_t> columns(static_cast<size_t>(table_->schema().n_children));
  for (size_t c = 0; c < columns.size(); ++c) columns[c] = c;
  ArrowScan scan(*this, columns);
  const duckdb_data_chunk row = scan.convert(table_->batches()[0], 0, 1);
  for (const size_t c : columns)
    types_.push_back(api.vector_get_column_type(api.data_chunk_get_vector(row, c)));
}

}  // namespace shortlist
