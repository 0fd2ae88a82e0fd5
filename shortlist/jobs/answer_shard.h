// A shard of batch answers in a folder: parts that appear whole, a journal of the finished ones, and a
// manifest that is written last.
//
//   part-00000-of-00004-000002.parquet   the answers to the rows of part 2 of shard 0 of 4
//   shard-00000-of-00004.journal         while it runs: JSON lines, what is answered and the finished parts
//   shard-00000-of-00004.json            when it is finished: the same as one object, with totals
//
// A killed run leaves whole parts and its journal, so the next one only makes the parts that are missing.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/io/file.h"
#include "shortlist/table/shard.h"
#include "shortlist/table/table.h"

namespace shortlist {

// What all shards of one job have in common.
struct AnswerJob {
  uint64_t rows = 0, part_rows = 0;  // of the whole table; of a part
  nlohmann::json inputs;             // the files, with size and fingerprint, or the query
  std::string bundle;                // SHA-256 of its manifest
  nlohmann::json options;            // k, filter and the like
  std::string ending;                // of the parts: "parquet"
};

// The files of a table. The fingerprint of a file is the SHA-256 of its first and last mebibyte, which
// contain the header of a text file and the footer of a Parquet file.
nlohmann::json describe_inputs(const Table& table);

struct AnswerPart {
  uint64_t rows = 0, lines = 0, errors = 0;  // queries; lines of answers, errors included
  uint64_t bytes = 0;
  std::string sha256;
};

class AnswerShard {
 public:
  // Creates the folder, locks the shard and reads what earlier runs finished. Throws a usage Error if another
  // process has the shard, or if the folder has shards of a job with other inputs, another bundle or other
  // options, which the message names. Damaged or missing parts are made again.
  AnswerShard(const std::string& folder, Shard shard, AnswerJob job);

  TableRange rows() const { return rows_; }
  size_t parts() const { return parts_.size(); }
  TableRange rows_of_part(size_t part) const;
  // The part of a row of the table.
  size_t part_of(uint64_t row) const { return (row - rows_.begin) / job_.part_rows; }
  std::string path_of_part(size_t part) const;
  bool has_part(size_t part) const { return parts_[part].has_value(); }
  // Whether the manifest was there.
  bool was_finished() const { return was_finished_; }
  // Number of parts that earlier runs finished, and the totals of all finished parts.
  size_t found() const { return found_; }
  AnswerPart totals() const;

  // Records a part, whose file is in place.
  void finish_part(size_t part, AnswerPart figures);
  // Writes the manifest. Requires all parts.
  void finish();

 private:
  std::string path(const std::string& ending) const;
  nlohmann::json identity() const;
  void check_other_shards() const;
  void read_journal();
  void start_journal();
  bool is_whole(size_t part, const AnswerPart& figures) const;

  const std::string folder_;
  const Shard shard_;
  const AnswerJob job_;
  const TableRange rows_;
  const FileLock lock_;
  std::vector<std::optional<AnswerPart>> parts_;
  std::optional<OutputFile> journal_;
  bool was_finished_ = false;
  size_t found_ = 0;
};

// Totals of a folder in which all shards are whole.
struct AnswerTotals {
  uint64_t shards = 0, parts = 0;
  AnswerPart all;
};
// Throws a data Error that names the first shard or part that is missing, unfinished or damaged.
AnswerTotals check_answers(const std::string& folder);

}  // namespace shortlist
