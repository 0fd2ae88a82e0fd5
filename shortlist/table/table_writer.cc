#include "shortlist/table/table_writer.h"

#include <filesystem>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

std::unique_ptr<RowSink> open_sink(const std::string& path, const std::vector<OutputColumn>& columns,
                                   const std::string& format) {
  if (format == "csv") return open_csv_sink(path, columns, ',');
  if (format == "tsv") return open_csv_sink(path, columns, '\t');
  if (format == "jsonl") return open_json_lines_sink(path, columns);
  if (format == "parquet" && path == "-") throw usage_error("Parquet needs a file, not standard output");
  if (format == "parquet") return open_parquet_sink(path, columns);
  throw usage_error("{}: cannot write '{}', need .csv, .tsv, .jsonl or .parquet", path, format);
}

std::unique_ptr<OwnedChunk> empty_chunk(size_t columns) {
  auto chunk = std::make_unique<OwnedChunk>();
  chunk->columns.resize(columns);
  for (OwnedColumn& column : chunk->columns) column.offsets.push_back(0);
  return chunk;
}

}  // namespace

std::string format_of_output(const std::string& path) {
  if (path == "-") return "csv";
  const std::string ending = std::filesystem::path(path).extension().string();
  if (ending == ".ndjson" || ending == ".json") return "jsonl";
  return ending.empty() ? "" : ending.substr(1);
}

TableWriter::TableWriter(const std::string& path, std::vector<OutputColumn> columns, std::string format)
    : columns_(std::move(columns)), chunk_(empty_chunk(columns_.size())) {
  SHORTLIST_CHECK(!columns_.empty());
  sink_ = open_sink(path, columns_, format.empty() ? format_of_output(path) : format);
}

TableWriter::TableWriter(TableWriter&&) noexcept = default;
TableWriter::~TableWriter() = default;

OwnedColumn& TableWriter::next(ColumnType type) {
  SHORTLIST_CHECK(columns_[column_].type == type);
  chunk_->columns[column_].missing.push_back(0);
  return chunk_->columns[column_];
}

void TableWriter::value_done() {
  if (++column_ < columns_.size()) return;
  column_ = 0;
  if (++chunk_->rows < OwnedChunk::kMostRows) return;
  sink_->write(std::exchange(chunk_, empty_chunk(columns_.size())));
}

void TableWriter::text(std::string_view value) {
  next(ColumnType::text).texts.emplace_back(value);
  value_done();
}

void TableWriter::integer(int64_t value) {
  next(ColumnType::integer).integers.push_back(value);
  value_done();
}

void TableWriter::number(double value) {
  next(ColumnType::number).numbers.push_back(value);
  value_done();
}

void TableWriter::time(double seconds) {
  next(ColumnType::time).numbers.push_back(seconds);
  value_done();
}

void TableWriter::list(std::span<const float> values) {
  OwnedColumn& column = next(ColumnType::list);
  column.elements.insert(column.elements.end(), values.begin(), values.end());
  column.offsets.push_back(static_cast<uint32_t>(column.elements.size()));
  value_done();
}

void TableWriter::missing() {
  const ColumnType type = columns_[column_].type;
  OwnedColumn& column = next(type);
  column.missing.back() = 1;
  switch (type) {
    case ColumnType::text:
      column.texts.emplace_back();
      break;
    case ColumnType::integer:
      column.integers.push_back(0);
      break;
    case ColumnType::number:
    case ColumnType::time:
      column.numbers.push_back(0);
      break;
    case ColumnType::list:
      column.offsets.push_back(column.offsets.back());
      break;
  }
  value_done();
}

void TableWriter::value(const Column& column, size_t row) {
  if (column.is_missing(row)) return missing();
  switch (column.type) {
    case ColumnType::text:
      return text(column.texts[row]);
    case ColumnType::integer:
      return integer(column.integers[row]);
    case ColumnType::number:
      return number(column.numbers[row]);
    case ColumnType::time:
      return time(column.numbers[row]);
    case ColumnType::list:
      break;
  }
  const Column& elements = *column.elements;
  if (elements.type == ColumnType::text) {
    throw usage_error("column '{}': cannot write a list of texts", columns_[column_].name);
  }
  list_.clear();
  for (uint32_t i = column.offsets[row]; i < column.offsets[row + 1]; ++i) {
    list_.push_back(elements.type == ColumnType::integer ? static_cast<float>(elements.integers[i])
                                                         : static_cast<float>(elements.numbers[i]));
  }
  list(list_);
}

void TableWriter::write(const Chunk& chunk) {
  SHORTLIST_CHECK(chunk.columns.size() == columns_.size());
  for (size_t r = 0; r < chunk.rows; ++r) {
    for (const Column& column : chunk.columns) value(column, r);
  }
}

void TableWriter::finish() {
  SHORTLIST_CHECK(column_ == 0);
  if (chunk_->rows > 0) sink_->write(std::exchange(chunk_, empty_chunk(columns_.size())));
  sink_->finish();
}

}  // namespace shortlist
