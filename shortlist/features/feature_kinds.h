// The one list of feature kinds.
#pragma once

#include <span>
#include <string_view>

#include "shortlist/features/feature_settings.h"

namespace shortlist {

std::span<const FeatureKind> feature_kinds();

// Returns null if there is no such kind.
const FeatureKind* find_feature_kind(std::string_view name);

// How a feature of this kind reads its own column.
ReadAs read_as(std::string_view feature_kind);

// "category, hashed, ..."
std::string feature_kind_names();

}  // namespace shortlist
