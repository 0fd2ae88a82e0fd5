// What training the towers reads of a config: the tasks and how they are optimised. resolve_training()
// computes it once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/config/model_config.h"
#include "shortlist/config/training_config.h"

namespace shortlist {

struct TrainSpec {
  TrainingConfig settings;                   // [training]
  std::optional<RetrievalConfig> retrieval;  // none if the towers only rank
  IndexKind index = IndexKind::exact;        // of the vectors that retrieval searches, for every kind
  HnswConfig hnsw;
  std::vector<RankingConfig> ranking;
  std::string served_metric = "loss";  // what kServedMonitor refers to if there are validation rows
  bool drops_seen = true;              // lists leave out what a query's user has seen
  std::string hash;                    // config_hash(), which says whether a run can be resumed

  // Of the retrieval loss.
  Negatives negatives() const { return retrieval ? retrieval->loss.resolved_negatives() : Negatives(); }

  // The metric that `monitor` refers to. Without validation rows the training rows are monitored. All of
  // their items are seen, so the served metric is replaced by the loss.
  std::string monitored_metric(const std::string& monitor, bool has_validation) const {
    if (monitor != kServedMonitor) return monitor;
    return has_validation ? served_metric : "loss";
  }
};

}  // namespace shortlist
