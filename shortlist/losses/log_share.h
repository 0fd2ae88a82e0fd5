// The log of a candidate's sampling frequency, for the correction of in-batch softmax.
#pragma once

#include <algorithm>
#include <cmath>

namespace shortlist {

// log q of the share q in [0, 1] of the rows that have the candidate. Shares below 1e-6 count as 1e-6, as in
// TensorFlow Recommenders.
inline float log_share(double share) { return static_cast<float>(std::log(std::max(share, 1e-6))); }

}  // namespace shortlist
