#include "shortlist/learners/learner.h"

namespace shortlist {

void reject_checkpoints(const FitOptions& options, const std::string& kind) {
  if (options.from_checkpoint.empty()) return;
  throw usage_error("{}: a model of kind \"{}\" has no checkpoints", options.from_checkpoint, kind);
}

}  // namespace shortlist
