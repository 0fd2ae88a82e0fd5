// The items of a dataset: their order, their attributes, and the item of each candidate.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "shortlist/config/data_spec.h"
#include "shortlist/train/data_columns.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// Builds the catalogue from all ids of the columns, including those that only the item table has. Sets
// item_of_candidate and candidate_of_item. `candidate_first` is the first row of each distinct candidate.
void make_catalogue(const DataSpec& spec, const FeatureMap& features, const DataColumns& columns,
                    const std::vector<uint32_t>& candidate_first, Dataset& data);

// Sets item_of_candidate and uses a given catalogue.
void use_catalogue(const CodedColumn& ids, const std::vector<uint32_t>& candidate_first,
                   std::span<const std::string> items, Dataset& data);

// The number of training rows of each item, or of all rows if there are no training rows. `items` is more
// than any item of a row.
std::vector<uint32_t> rows_of_items(const Dataset& data, size_t items);

// Sets item_log_share.
void count_shares(Dataset& data);

}  // namespace shortlist
