#include "shortlist/engine/train_bundle.h"

#include "shortlist/bundle/bundle.h"
#include "shortlist/engine/training.h"

namespace shortlist {
std::string train_bundle(const TrainRequest& request) {
  const Config config = load_config(request.config, request.settings);
  TrainingListener listener;
  const std::atomic<bool> stop = false;
  const TrainingOptions options{.source = config.data.source(request.table), .out = request.out, .threads = request.threads, .resume = request.resume};
  return report_json(train(config, options, listener, stop).report);
}

std::string evaluate_bundle(const std::string& path, const std::string& table, const std::string& split) {
  return report_json(evaluate(path, load_bundle(path).config.data.source(table), split, 0));
}

}  // namespace shortlist
