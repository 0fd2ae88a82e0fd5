// Loads a new bundle while serving, and reports the result to the log and the metrics.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/server/metrics.h"
#include "shortlist/server/model_store.h"

namespace shortlist {

// Same as ModelStore::reload().
ModelPtr reload_model(ModelStore& models, ServerMetrics& metrics, std::string_view name,
                      const std::string& path = "");

}  // namespace shortlist
