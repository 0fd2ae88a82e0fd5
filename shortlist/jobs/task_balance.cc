#include "shortlist/jobs/task_balance.h"

#include <algorithm>

namespace shortlist {

std::string warning_of_balance(const Config& config) {
  const auto trains = [](const RankingConfig& ranking) { return ranking.weight > 0; };
  const bool both = config.retrieval && config.retrieval->weight > 0 &&
                    std::ranges::any_of(config.ranking, trains) && config.has_towers();
  const Value* retrieval = config.written.find("retrieval");
  const bool written = retrieval != nullptr && retrieval->find("reduction") != nullptr;
  if (!both || written || config.retrieval->reduction != Reduction::sum) return "";
  return fmt::format(
      "retrieval.reduction is not set, so retrieval's loss is a sum over the batch's {} rows, while the "
      "losses of [[ranking]] are means: in the layers that both train, retrieval weighs about {} times as "
      "much as the weights say. Set it to \"mean\" for losses of one scale, or to \"sum\" to train as "
      "TensorFlow Recommenders does",
      config.training.batch, config.training.batch);
}

}  // namespace shortlist
