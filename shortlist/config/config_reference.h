// docs/reference/config.md.
#pragma once

#include <string>

namespace shortlist {

// The reference page of all settings, in Markdown, from the lists of fields that parse them.
std::string config_reference();

}  // namespace shortlist
