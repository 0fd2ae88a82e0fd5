// Counted columns as JSON. Texts that are not UTF-8 are {"hex": ...}, and numbers that are not finite are
// texts, so all values are read back as they were.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "shortlist/table/counted_column.h"

namespace shortlist {

nlohmann::json type_to_json(ColumnType type);
// Throws what nlohmann::json throws, or a data Error.
ColumnType type_from_json(const nlohmann::json& name);

// The values [begin, begin + size) with their first rows and counts.
nlohmann::json counted_to_json(const CountedColumn& column, size_t begin, size_t size);
// Appends the values of a block to a column that has the block's type.
void add_from_json(const nlohmann::json& block, CountedColumn& column);

}  // namespace shortlist
