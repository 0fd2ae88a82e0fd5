#include "shortlist/losses/retrieval_losses.h"

namespace shortlist {

LossPtr RetrievalLoss::make(const LossOptions& options) const {
  LossPtr made;
  with_chosen([&](const auto& loss) { made = loss.make(options); });
  return made;
}

}  // namespace shortlist
