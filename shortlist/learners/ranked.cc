#include "shortlist/learners/ranked.h"

namespace shortlist {
namespace {

// Epochs of the retriever are not those of the training.
class OnlyWarnings final : public TrainingCallback {
 public:
  explicit OnlyWarnings(TrainingCallback& callback) : callback_(callback) {}
  void warned(const std::string& message) override { callback_.warned(message); }

 private:
  TrainingCallback& callback_;
};

}  // namespace

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
