#include "shortlist/cli/answer_writer.h"

#include "shortlist/cli/text_table.h"
#include "shortlist/cli/words.h"
#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/report/evaluation_text.h"
#include "shortlist/table/time_text.h"

namespace shortlist {
namespace {

std::string cell_text(const Column& column, size_t row) {
  if (column.is_missing(row)) return "";
  switch (column.type) {
    case ColumnType::text:
      return std::string(column.texts[row]);
    case ColumnType::integer:
      return std::to_string(column.integers[row]);
    case ColumnType::number:
      return metric_text(column.numbers[row]);
    case ColumnType::time:
      return time_text(column.numbers[row]);
    case ColumnType::list:
      break;
  }
  std::string text;
  for (uint32_t e = column.offsets[row]; e < column.offsets[row + 1]; ++e) {
    text += (text.empty() ? "" : ", ") + cell_text(*column.elements, e);
  }
  return text;
}

}  // namespace

AnswerWriter::AnswerWriter(const std::string& path, std::vector<OutputColumn> columns,
                           const std::string& format)
    : columns_(std::move(columns)) {
  if (format == "table" && !path.empty()) {
    throw usage_error("--format table is for a terminal, not for {}", path);
  }
  if (format == "table") return;
  writer_ =
      std::make_unique<TableWriter>(path.empty() ? "-" : path, columns_, format == "json" ? "jsonl" : format);
}

void AnswerWriter::write(const Chunk& chunk) { writer_ != nullptr ? writer_->write(chunk) : print(chunk); }

void AnswerWriter::print(const Chunk& chunk) {
  std::vector<std::string> header;
  for (const OutputColumn& column : columns_) header.push_back(column.name);
  TextTable table(header);
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].type == ColumnType::integer || columns_[c].type == ColumnType::number)
      table.align_right(c);
  }
  for (size_t row = 0; row < chunk.rows; ++row) {
    std::vector<std::string> cells;
    for (const Column& column : chunk.columns) cells.push_back(cell_text(column, row));
    table.add(std::move(cells));
  }
  print_data(table.text(!printed_));
  printed_ = true;
}

void AnswerWriter::finish() {
  if (writer_ != nullptr) writer_->finish();
}

}  // namespace shortlist
