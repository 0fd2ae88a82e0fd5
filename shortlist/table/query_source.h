// A query as a source. DuckDB guesses the types of a text file from its first rows, and rounds a later 4.5 to
// 4 if it guessed integers. So the whole file is sampled when a query reads it.
#pragma once

#include <string>

#include "shortlist/table/text_source.h"

namespace shortlist {

// Throws a usage Error if the query contains {data} but no data is given.
OpenedSource open_query(const Database& database, const TableSource& source);

// Adds sample_size = -1 to each call of read_csv, read_json and similar functions that has neither
// sample_size nor all_varchar.
std::string with_whole_samples(const std::string& sql);

}  // namespace shortlist
