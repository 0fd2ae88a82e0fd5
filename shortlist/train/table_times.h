// The format in which a table writes its times (data.date_format), for what a model remembers of a column: a
// query then reads times as the table writes them. Texts of features and of the split are ISO 8601 by the
// time that they are here, as the table's reader has converted them; attributes are as they are written.
#pragma once

#include <string>
#include <vector>

#include "shortlist/features/feature_config.h"
#include "shortlist/model/attribute.h"
#include "shortlist/table/column.h"

namespace shortlist {

// Sets the format of a time feature that declares neither a format nor a unit, where all of its column's
// values are written in the table's format or in ISO 8601. A format that reads 2021-02-03 as another day than
// ISO 8601 does is not used, as both could be meant.
void use_table_format(const std::string& date_format, const Column& values, FeatureConfig& feature);

// The same for an attribute without a declared kind, which then is a time, or one that is declared as a time.
void use_table_format(const std::string& date_format, const Column& values, AttributeForm& attribute);

}  // namespace shortlist
