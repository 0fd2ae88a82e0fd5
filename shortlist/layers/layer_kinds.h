// The layer kinds that a config can name.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "shortlist/base/describe_fields.h"
#include "shortlist/layers/layer.h"

namespace shortlist {

// A layer kind: its reader, and its documentation for the reference page.
struct LayerKind {
  const char* name;  // also the key of the main setting
  const char* help;
  LayerPtr (*read)(const Value&, const Where&);
  std::vector<FieldDescription> (*document)();
};

// All layer kinds.
std::span<const LayerKind> layer_kinds();

// Reads { KIND = ..., ... }. `also_known` lists keys that the caller reads itself, such as "name".
LayerPtr read_layer(const Value& value, const Where& where, const std::vector<std::string>& also_known);

}  // namespace shortlist
