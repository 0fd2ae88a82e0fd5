// Differences in a config for model kinds other than two towers.
#pragma once

#include "shortlist/config/config.h"

namespace shortlist {

// Reads [model]. The kind and its settings are checked where the model is created (learners/kinds.h).
void read_model_kind(const Value& value, ModelConfig& model, const Where& where);

// Whether a setting is only for two towers, or for towers of any kind, that this config does not have.
bool needs_missing_towers(const Config& config, std::string_view section, std::string_view key);

// For a kind other than two_tower: it retrieves even without [retrieval]; and without query.features the
// query is only the user, as a category feature of data.user. Throws a usage Error for settings that only
// towers have, and if no column makes a query.
void complete_for_kind(Config& config);

}  // namespace shortlist
