// Where a long answer goes: a file or standard output, in any format that a table can be written in, or as
// aligned text for people.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shortlist/table/table_writer.h"

namespace shortlist {

class AnswerWriter {
 public:
  // `format`: csv, json (lines), table, or "": by the file's ending, csv on standard output. `path` "" is
  // standard output.
  AnswerWriter(const std::string& path, std::vector<OutputColumn> columns, const std::string& format);
  // All rows of a chunk with the writer's columns.
  void write(const Chunk& chunk);
  void finish();

 private:
  void print(const Chunk& chunk);
  std::vector<OutputColumn> columns_;
  std::unique_ptr<TableWriter> writer_;  // none: aligned text
  bool printed_ = false;
};

}  // namespace shortlist
