// SQL types by their names, and the pieces of SQL text that others are made of.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/table/column.h"

namespace shortlist {

// What a column of this SQL type is to us; what we have no type for is a text: truth values, decimals and
// integers beyond 64 bits too, whose texts are exact.
ColumnType column_type(std::string_view sql_type);

// "BIGINT" of "BIGINT[]" or "BIGINT[3]".
std::string element_type(std::string_view sql_type);

// An expression that is VARCHAR, BIGINT or DOUBLE, or a list of them, so that few kinds of vector remain
// to be read.
std::string select_as(const std::string& expression, std::string_view sql_type);

// 'it''s' and "a ""b""".
std::string sql_text(std::string_view text);
std::string sql_name(std::string_view name);

}  // namespace shortlist
