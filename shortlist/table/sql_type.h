// SQL types by name, and building blocks of SQL text.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/table/column.h"

namespace shortlist {

// Our type for a column of this SQL type. Types without a counterpart become text, which is exact: booleans,
// decimals and integers beyond 64 bits.
ColumnType column_type(std::string_view sql_type);

// "BIGINT" for "BIGINT[]" or "BIGINT[3]"; decimals in a list become DOUBLE.
std::string element_type(std::string_view sql_type);

// An expression of type VARCHAR, BIGINT or DOUBLE, or a list of one of them, so that few kinds of vector need
// to be read.
std::string select_as(const std::string& expression, std::string_view sql_type);

// Quotes text as 'it''s' and names as "a ""b""".
std::string sql_text(std::string_view text);
std::string sql_name(std::string_view name);

}  // namespace shortlist
