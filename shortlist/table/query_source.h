// A query as a source. DuckDB guesses the types of a text file from its first rows, and rounds a later 4.5 to
// 4 where it guessed integers; so files that a query reads are looked at as a whole.
#pragma once

#include <string>

#include "shortlist/table/text_source.h"

namespace shortlist {

// Throws a usage Error where the query speaks of {data} and there is none.
OpenedSource open_query(const Database& database, const TableSource& source);

// The query with sample_size = -1 in each call of read_csv, read_json and their like that names neither a
// sample_size nor all_varchar.
std::string with_whole_samples(const std::string& sql);

}  // namespace shortlist
