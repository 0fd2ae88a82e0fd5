// Makes a table of our own: ratings of a made-up catalogue by made-up users, with taste planted that a model
// can find. Columns: user, country, age_group, title, genres ("Crime, Drama"), year, rating (1 to 5), time.
// Beside the table stands TABLE.truth.json with what was planted; synth_truth() gives the same from the
// options alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "shortlist/synth/truth.h"
#include "shortlist/synth/truth_file.h"

namespace shortlist {

// Called now and then, from the thread that writes; may throw to stop, and then nothing is left behind.
using SynthProgress = std::function<void(int64_t rows_done, int64_t rows)>;

// Writes the table: CSV, TSV, JSON lines or Parquet by the path's ending; "-" is CSV on standard output,
// without the truth. The same bytes for any number of threads (0: all processors). Memory is bounded by users
// and items, not rows. Throws a usage Error for options out of range, a failed Error where the path cannot be
// written.
void write_synth(const SynthOptions& options, const std::string& path, const SynthProgress& progress = {},
                 int threads = 0);

// Where write_synth() puts the truth: "ratings.csv" gives "ratings.csv.truth.json".
std::string synth_truth_path(const std::string& path);

}  // namespace shortlist
