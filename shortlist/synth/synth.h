// Generates a synthetic table: ratings of invented items by invented users, with planted tastes that a model
// can find. Columns: user, country, age_group, title, genres ("Crime, Drama"), year, rating (1 to 5), time.
// TABLE.truth.json, written next to the table, records what was planted; synth_truth() computes the same from
// the options alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "shortlist/synth/truth.h"
#include "shortlist/synth/truth_file.h"

namespace shortlist {

// Called from time to time by the thread that writes. May throw to stop; then no files are left.
using SynthProgress = std::function<void(int64_t rows_done, int64_t rows)>;

// Writes the table as CSV, TSV, JSON lines or Parquet, by the path's extension; "-" writes CSV to standard
// output, without the truth. The bytes do not depend on the number of threads (0: all processors). Memory
// depends on users and items, not rows. Throws a usage Error for options out of range, and a failed Error if
// the path cannot be written.
void write_synth(const SynthOptions& options, const std::string& path, const SynthProgress& progress = {},
                 int threads = 0);

// Writes the same rows as part-00000.parquet, part-00001.parquet, ... of a folder, each with `shard_rows`
// rows but the last. The truth is written next to the folder. Throws a usage Error if the folder contains
// Parquet files.
void write_synth_shards(const SynthOptions& options, const std::string& folder, int64_t shard_rows,
                        const SynthProgress& progress = {}, int threads = 0);

// The path where write_synth() writes the truth: "ratings.csv.truth.json" for "ratings.csv".
std::string synth_truth_path(const std::string& path);

}  // namespace shortlist
