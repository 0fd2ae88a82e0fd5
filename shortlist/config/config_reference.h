// Generates docs/reference/config.md.
#pragma once

#include <string>
#include <vector>

#include "shortlist/base/describe_fields.h"

namespace shortlist {

// A model kind with settings in [model].
struct KindHelp {
  std::string name, help;
  std::vector<FieldDescription> settings;
};

// The reference page of all settings, in Markdown, generated from the field lists that parse them.
std::string config_reference(const std::vector<KindHelp>& kinds);

}  // namespace shortlist
