// Labels, weights and positives of the rows: columns of finite numbers.
#pragma once

#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/table/coded_column.h"
#include "shortlist/train/data_columns.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// [ranking task][row]. Throws a data Error, as all here do, that names the row of what is no finite number,
// and of a label that is no probability where one is needed.
std::vector<std::vector<float>> read_labels(const Config& config, const DataColumns& columns);

// 0 or more in each row.
std::vector<float> read_weights(const CodedColumn& column);

// Sets positive_weights: the rows' weights where the column is positive, else 0. Needs the weights and the
// split.
void read_positives(const CodedColumn& column, Dataset& data);

// Of each ranking task, fitted on the training rows.
std::vector<LabelScale> fit_label_scales(const Config& config, const Dataset& data);

}  // namespace shortlist
