// The findings of the doctor as text and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "shortlist/metrics/finding.h"

namespace shortlist {

// A paragraph for each finding: what, why, and what to change. Empty without findings.
std::string findings_text(const std::vector<Finding>& findings);

nlohmann::ordered_json findings_to_json(const std::vector<Finding>& findings);
// Throws what nlohmann::json throws.
std::vector<Finding> findings_from_json(const nlohmann::ordered_json& json);

// The findings in a report, as a bundle contains it; none if it has none, as older bundles.
std::vector<Finding> findings_of_report(const std::string& report_json);

// The name of the finding about query features that give the item away. Training warns of it in its own
// words, and the verdict contains the warning.
inline constexpr const char* kTellingFinding = "query_tells_item";

}  // namespace shortlist
