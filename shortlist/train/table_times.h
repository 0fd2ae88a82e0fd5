// Stores a table's time format (data.date_format) with the model, so that queries can write times as the
// table does. Times of features and of the split are already ISO 8601 here, because the table's reader
// converts them. Attributes keep their original text.
#pragma once

#include <string>
#include <vector>

#include "shortlist/features/feature_config.h"
#include "shortlist/model/attribute.h"
#include "shortlist/table/column.h"

namespace shortlist {

// Sets the format of a time feature that declares neither a format nor a unit, if all values of its column
// are in the table's format or in ISO 8601. A format that reads 2021-02-03 as a different day than ISO 8601
// is not used, because the value would be ambiguous.
void use_table_format(const std::string& date_format, const Column& values, FeatureConfig& feature);

// The same for an attribute of kind time, or one without a declared kind, which then becomes a time.
void use_table_format(const std::string& date_format, const Column& values, AttributeForm& attribute);

}  // namespace shortlist
