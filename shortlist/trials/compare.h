// The compare job: trains several configs on one split with the same seeds, and measures them on the same
// rows.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/metrics/bootstrap.h"
#include "shortlist/trials/contender.h"
#include "shortlist/trials/run_record.h"

namespace shortlist {

struct CompareOptions {
  std::string out;      // the folder of the trainings; those that finished in it are not repeated
  std::string program;  // this program, which trains in child processes
  int threads = 0;      // 0: one per processor
  int seeds = 1;        // trainings of each contender, with consecutive seeds
};

struct ComparedFigure {
  std::string name;  // "ndcg@10", or "rmse Rating"
  double value = 0;  // the mean over the seeds
  Interval interval;
  double deviation = 0;  // between seeds; 0 with one seed
  // This figure minus that of the first contender, on the same users; none for the first one.
  std::optional<double> difference;
  std::optional<Interval> difference_interval;
};

struct ComparedModel {
  std::string name, kind;
  std::string error;  // why there are no figures, or ""
  std::vector<ComparedFigure> figures;
  double seconds = 0,
         cpu_seconds = 0;  // of the process that trained, evaluated and saved; mean over the seeds
  size_t peak_bytes = 0;   // its greatest memory; the greatest of the seeds
};

struct ComparisonReport {
  std::string split;           // the rows that were measured: "test", or "validation" without test rows
  size_t rows = 0, users = 0;  // without users, every row counts as one
  int k = 0;                   // of the lists
  // Whether each row is a list of its own, for all models: some model's queries have more than the user, so
  // its lists differ from row to row.
  bool by_row = false;
  std::vector<ComparedModel> models;
};

class CompareProgress {
 public:
  virtual ~CompareProgress() = default;
  // Training `number` of `count`, from 1.
  virtual void started(const std::string&, int64_t /*seed*/, size_t /*number*/, size_t /*count*/) {}
  virtual void kept(const std::string&, int64_t /*seed*/) {}  // an earlier call trained it
  virtual void line(std::string_view) {}                      // an event of `train --json`
  virtual void ended(const std::string&, int64_t /*seed*/, const RunRecord&) {}
};

// The data, split, positives, list length and seen items of the first contender hold for all. Throws
// Error(interrupted) once `stop` is set; a later call with the same folder continues. A contender that fails
// has an error, and the others go on.
ComparisonReport compare(const std::vector<Contender>& contenders, const CompareOptions& options,
                         CompareProgress& progress, const std::atomic<bool>& stop);

// {"split", "rows", "users", "k", "lists": "user" or "row", "models": [{"name", "kind", "figures": {NAME:
// {"value", "interval", "deviation", "difference", "difference_interval"}}, "seconds", "cpu_seconds",
// "peak_memory_bytes"}, or with "error" instead of figures]}
std::string comparison_json(const ComparisonReport& comparison);

}  // namespace shortlist
