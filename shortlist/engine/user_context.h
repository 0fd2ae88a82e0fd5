// Finds the columns of a query that are the same in all training rows of a user, for the bundle to keep.
#pragma once

#include "shortlist/bundle/bundle.h"
#include "shortlist/table/table.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// The bundle's file, or none: where the query does not tell its user, or no other column of it is constant
// for every user. Users without two training rows do not decide. Reads the query's columns once more.
std::vector<ExtraFile> user_context_files(const Config& config, const PreparedData& prepared,
                                          const Table& table);

}  // namespace shortlist
