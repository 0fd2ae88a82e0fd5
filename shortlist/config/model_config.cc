#include "shortlist/config/model_config.h"

#include <algorithm>

namespace shortlist {

bool ModelConfig::retrieves_by_towers() const {
  if (kind != kBlend) return is_two_tower();
  const Value* members = settings.find("members");
  if (members == nullptr || members->array() == nullptr) return false;
  return std::ranges::any_of(*members->array(), [](const Value& member) {
    const Value* of = member.find("kind");
    if (of == nullptr || of->text() == nullptr) return false;
    return *of->text() == kTwoTower || *of->text() == kFactorizationMachine;
  });
}

}  // namespace shortlist
