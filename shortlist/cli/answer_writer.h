// Writes a long answer to a file or standard output, in any table format or as aligned text.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shortlist/table/table_writer.h"

namespace shortlist {

class AnswerWriter {
 public:
  // `format` is csv, json (lines), table, or "" for the format of the file's extension, csv on standard
  // output. An empty `path` is standard output.
  AnswerWriter(const std::string& path, std::vector<OutputColumn> columns, const std::string& format);
  // Writes all rows of a chunk with the writer's columns.
  void write(const Chunk& chunk);
  void finish();

 private:
  void print(const Chunk& chunk);
  std::vector<OutputColumn> columns_;
  std::unique_ptr<TableWriter> writer_;  // null: aligned text
  bool printed_ = false;
};

}  // namespace shortlist
