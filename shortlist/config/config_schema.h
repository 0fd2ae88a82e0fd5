// All settings as data, from which the dataclasses of the Python package are generated.
#pragma once

#include <vector>

#include "shortlist/base/value.h"
#include "shortlist/config/config_reference.h"

namespace shortlist {

// A table with
//   sections: list of {name, help, form}, where the form of [features], [model] and layers is "any"
//   features, models, layers: lists of the kinds {name, help, fields}
// A field is {name, help, default (as in TOML, "" without), range, form}, and a form is
// {name, list, optional, choices, shorthand, fields}: see FieldType.
Value config_schema(const std::vector<KindHelp>& models);

}  // namespace shortlist
