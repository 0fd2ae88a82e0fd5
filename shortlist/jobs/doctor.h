// The doctor job: looks for what makes figures misleading, before anything is trained.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/metrics/finding.h"
#include "shortlist/table/table.h"
#include "shortlist/train/data_columns.h"
#include "shortlist/train/split.h"

namespace shortlist {

struct Diagnosis {
  size_t rows = 0, items = 0, users = 0;  // distinct items and users in the rows
  size_t train = 0, validation = 0, test = 0;
  std::vector<Finding> findings;  // warnings first
};

// Reads the config's tables and splits them. Throws what training would throw about them.
Diagnosis diagnose(const Config& config);

// {"rows", "items", "users", "split": {"train", "validation", "test"}, "ranks_all_items": true, "findings"}
std::string diagnosis_json(const Diagnosis& found);

// The findings about columns and a split that were read already. `table` is that of the columns.
std::vector<Finding> find_faults(const Config& config, const Table& table, const DataColumns& columns,
                                 const Split& split);

}  // namespace shortlist
