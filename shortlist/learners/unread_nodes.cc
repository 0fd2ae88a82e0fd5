#include "shortlist/learners/unread_nodes.h"

#include <fmt/format.h>

namespace shortlist {

std::vector<std::string> warnings_of_unread(const ModelSpec& spec) {
  std::vector<std::string> warnings;
  for (const std::string& node : unread_nodes(spec)) {
    warnings.push_back(fmt::format(
        "nothing reads '{}': name it in the inputs of a later layer, or remove it from the config", node));
  }
  return warnings;
}

}  // namespace shortlist
