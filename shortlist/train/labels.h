// Labels, weights and positives: the columns that say how rows count.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "shortlist/config/data_spec.h"
#include "shortlist/table/coded_column.h"
#include "shortlist/train/data_columns.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// The label of each row. Throws a data Error for a value that is not a finite number, or is outside [0, 1] if
// the loss requires that range. With `unlabelled`, rows without a label are appended to it and get the label
// of another row.
std::vector<float> read_label(const LabelSpec& label, const CodedColumn& column,
                              std::vector<uint32_t>* unlabelled);

// The labels of all ranking tasks, by read_label().
std::vector<LabelColumn> read_labels(const DataSpec& spec, const DataColumns& columns,
                                     std::vector<uint32_t>& unlabelled);

// The weight of each row, 0 or more.
std::vector<float> read_weights(const CodedColumn& column);

// Sets data.positive_weights: a row counts for retrieval if the column's number is above 0. A row without a
// value does not count. Requires data.weights and data.split.
void read_positives(const CodedColumn& column, Dataset& data);

// Sets data.unlabelled to `rows`, which may be in any order and contain duplicates. Ranking tasks leave them
// out of losses and metrics; retrieval still uses them. Requires data.weights and data.positive_weights.
// Throws a data Error if no training row has a label.
void leave_out_unlabelled(std::vector<uint32_t> rows, Dataset& data);

// "12 of 500 rows have no 'rating': they train retrieval alone", or "" if all rows have all labels.
std::string describe_unlabelled(const DataSpec& spec, const Dataset& data);

// The scales of the labels to standardise, by the label's name, fitted on the training rows.
std::map<std::string, LabelScale> fit_label_scales(const DataSpec& spec, const Dataset& data);

}  // namespace shortlist
