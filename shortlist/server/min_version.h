// Versions that clients carry from answer to answer, so that they never see an older model after a newer one,
// whichever server answers.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/server/model.h"
#include "shortlist/server/routes/problem.h"

namespace shortlist {

constexpr std::string_view kOlderVersion = "older_version";  // the code of older_version()

// "RELEASE-VERSION", the value of X-Model-Version: "7-0a1b2c3d4e5f".
std::string version_of(const ServedModel& model);

// Whether the model has the wanted release or a later one. `wanted` is a value of version_of(), or a release
// alone. Two bundles of one release are never taken for each other. A model whose release is not known (0)
// reaches only its own version. Throws a Problem (422) if `wanted` is anything else.
bool reaches(const ServedModel& model, std::string_view wanted);

// 503 with Retry-After.
Problem older_version(const ServedModel& model, std::string_view wanted);

}  // namespace shortlist
