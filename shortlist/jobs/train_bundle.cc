#include "shortlist/jobs/train_bundle.h"

#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/config/read_config.h"
#include "shortlist/jobs/evaluate.h"
#include "shortlist/jobs/training.h"
#include "shortlist/report/evaluation_text.h"

namespace shortlist {
std::string train_bundle(const TrainRequest& request) {
  Config config = load_config(request.config, request.settings);
  if (!request.table.empty()) config.data.use_table(request.table);
  TrainingCallback listener;
  const std::atomic<bool> stop = false;
  const TrainingOptions options{.out = request.out, .threads = request.threads, .resume = request.resume};
  return report_json(train(config, options, listener, stop).report);
}

std::string evaluate_bundle(const std::string& path, const std::string& table, const std::string& split) {
  Bundle bundle = load_bundle(path);
  Config config = *bundle.config;
  if (!table.empty()) config.data.use_table(table);
  return report_json(evaluate(std::move(bundle), config, split, 0));
}

}  // namespace shortlist
