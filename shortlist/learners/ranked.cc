#include "shortlist/learners/ranked.h"

#include "shortlist/learners/only_warnings.h"

namespace shortlist {
RankedLearner::RankedLearner(std::unique_ptr<Learner> retrieval, const LearnerInput& input)
    : retrieval_(std::move(retrieval)), ranking_(input) {}

std::vector<std::string> RankedLearner::warnings() const {
  std::vector<std::string> all = retrieval_->warnings();
  for (std::string& warning : ranking_.warnings()) all.push_back(std::move(warning));
  return all;
}

Fitted RankedLearner::fit(const FitOptions& options, TrainingCallback& callback,
                          const std::atomic<bool>& stop) {
  OnlyWarnings warnings(callback);
  const Fitted retrieval = retrieval_->fit({}, warnings, stop);
  if (!retrieval.finished) return retrieval;
  return ranking_.fit(options, callback, stop);
}

}  // namespace shortlist
