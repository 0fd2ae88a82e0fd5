#include "shortlist/config/check_negatives.h"

#include "shortlist/config/config_check.h"

namespace shortlist {

void check_negatives(const Config& config) {
  const RetrievalLoss& loss = config.retrieval->loss;
  const NegativesConfig& written = loss.negatives;
  const Negatives negatives = loss.resolved_negatives();
  const std::string_view name = loss.name();
  const bool in_batch = name == "in_batch_softmax";
  require(in_batch || loss.hard_negatives == 0, config, "retrieval.hard_negatives",
          fmt::format("is for in_batch_softmax, but the loss is {}", name));
  require(!in_batch || negatives.in_batch, config, "retrieval.negatives.in_batch",
          "got false, but in_batch_softmax compares with the batch's items; use sampled_softmax");
  require(!in_batch || !negatives.per_pair, config, "retrieval.negatives.per_pair",
          "got true, but in_batch_softmax has the same negatives for the whole batch; use sampled_softmax");
  const bool sets_any =
      written.in_batch || written.uniform || written.popularity || written.earlier > 0 || written.per_pair;
  require(!negatives.catalogue || !sets_any, config, "retrieval.negatives",
          fmt::format("is not for {}, which compares with all items", name));
  require(in_batch || negatives.in_batch || negatives.adds_candidates(), config, "retrieval.negatives",
          fmt::format("got no negatives, but {} needs some", name));
  require(negatives.accidental_hits != AccidentalHits::user || !config.data.user.empty(), config,
          "retrieval.accidental_hits", "\"user\" needs data.user");
  require(config.retrieval->sampling_correction ||
              config.retrieval->sampling_estimate == SamplingEstimate::counts,
          config, "retrieval.sampling_estimate", "needs sampling_correction = true");
  if (name != "cosine_contrastive") return;
  require(loss.temperature == 1, config, "retrieval.temperature",
          "must be 1 with cosine_contrastive, whose scores are cosines");
  const auto ends_normalized = [](const TowerConfig& tower) {
    return !tower.layers.empty() && tower.layers.back().find("l2_normalize") != nullptr;
  };
  require(ends_normalized(config.query) && ends_normalized(config.items), config, "retrieval.loss",
          "cosine_contrastive compares cosines, so both towers need l2_normalize as their last layer");
}

}  // namespace shortlist
