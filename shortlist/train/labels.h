// Labels, weights and positives: the numbers of a table that say how its rows count.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/table/coded_column.h"
#include "shortlist/train/data_columns.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// The label of each row. Throws a data Error for what is not a finite number, or not from 0 to 1 where the
// loss needs that. With `unlabelled`, rows that have no label are appended there and get one that others
// have.
std::vector<float> read_label(const RankingConfig& ranking, const CodedColumn& column,
                              std::vector<uint32_t>* unlabelled);

// [ranking task][row], by read_label().
std::vector<std::vector<float>> read_labels(const Config& config, const DataColumns& columns,
                                            std::vector<uint32_t>& unlabelled);

// The weight of each row, 0 or more.
std::vector<float> read_weights(const CodedColumn& column);

// Sets data.positive_weights: a row counts for retrieval where the column's number is above 0. A row without
// a value does not. Requires data.weights and data.split.
void read_positives(const CodedColumn& column, Dataset& data);

// Sets data.unlabelled to rows that are given in any order, some of them perhaps twice. Each ranking task
// leaves them out of its loss and metrics; retrieval learns from them as before. Requires data.weights and
// data.positive_weights. Throws a data Error where no training row has a label.
void leave_out_unlabelled(std::vector<uint32_t> rows, Dataset& data);

// "12 of 500 rows have no 'rating': they train retrieval alone"; "" where all rows have all labels.
std::string describe_unlabelled(const Config& config, const Dataset& data);

// Of each ranking task, fitted on the training rows.
std::vector<LabelScale> fit_label_scales(const Config& config, const Dataset& data);

}  // namespace shortlist
