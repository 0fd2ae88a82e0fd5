// The checks of the doctor job. Each adds its findings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/metrics/finding.h"
#include "shortlist/table/table.h"
#include "shortlist/train/data_columns.h"
#include "shortlist/train/split.h"

namespace shortlist {

struct Examined {
  const Config& config;
  const Table& table;
  const DataColumns& columns;
  const Split& split;
  const CodedColumn& item;
  const CodedColumn* user;            // null without data.user
  const std::vector<uint32_t>& held;  // the test rows, or the validation rows if there are none
  std::string held_name;              // "test" or "validation"

  bool has_user(uint32_t row) const { return user != nullptr && !user->values.is_missing(user->codes[row]); }
};

using Findings = std::vector<Finding>;

// Rows that are in two parts of the split.
void check_repeated_pairs(const Examined& data, Findings& findings);
void check_identical_rows(const Examined& data, Findings& findings);
// Users and items with little in the training rows.
void check_rare_users(const Examined& data, Findings& findings);
void check_rare_items(const Examined& data, Findings& findings);
void check_untrained_items(const Examined& data, Findings& findings);
// Training rows that are later than the rows on which the model is tested.
void check_times(const Examined& data, Findings& findings);
// Columns without information, and columns that give the answer away.
void check_empty_columns(const Examined& data, Findings& findings);
void check_telling_columns(const Examined& data, Findings& findings);
void check_labels(const Examined& data, Findings& findings);

// "12.3 %" and "1,234".
std::string percent(double share);
std::string count_of(size_t number);
double share_of(size_t part, size_t all);

}  // namespace shortlist
