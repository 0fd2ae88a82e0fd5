#include "shortlist/jobs/evaluate.h"

#include <algorithm>
#include <unordered_map>

#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/config/resolve.h"
#include "shortlist/jobs/evaluate_rows.h"
#include "shortlist/losses/log_share.h"
#include "shortlist/recommend/left_out.h"
#include "shortlist/report/findings_text.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

// Numbers the dataset's queries as the baselines do. Unknown queries get the numbers after those.
std::vector<uint32_t> number_queries(const Dataset& data, const Baselines& baselines) {
  std::unordered_map<uint64_t, uint32_t> known;
  for (uint32_t q = 0; q < baselines.query_keys.size(); ++q) known.emplace(baselines.query_keys[q], q);
  std::vector<uint32_t> numbers;
  auto next = static_cast<uint32_t>(baselines.query_keys.size());
  for (uint64_t key : data.query_keys) {
    const auto at = known.find(key);
    numbers.push_back(at != known.end() ? at->second : next++);
  }
  return numbers;
}

// Items that are not in the catalogue get the smallest share.
void use_shares(const std::vector<float>& shares, Dataset& data) {
  if (shares.empty()) return;
  data.item_log_share = shares;
  const uint32_t last = std::ranges::max(data.item_of_candidate);
  if (last >= shares.size()) data.item_log_share.resize(size_t{last} + 1, log_share(0));
}

}  // namespace

EvaluationReport evaluate(Bundle bundle, const Config& tables, const std::string& split, int threads,
                          const std::vector<std::string>& by) {
  std::optional<TrainedOn> trained = load_baselines(bundle);
  Config config = *bundle.config;
  config.items = tables.items;
  config.users = tables.users;
  const DataSpec spec = resolve_data(config);
  const Table table = Table::open(tables.data.source());
  Dataset data;
  std::vector<Finding> findings;
  std::vector<uint32_t> query_number;
  if (trained) {
    const KnownData known{bundle.items.ids, bundle.ratings.users, trained->fingerprint,
                          !split.empty() && split != "all", &bundle.ratings};
    data = apply_features(spec, bundle.features, table, true, &known);
    if (!data.other_table) findings = findings_of_report(bundle.report_json);
    data.seen = seen_items(bundle.ratings);
    if (bundle.retriever->reads_users()) data.histories = UserHistories(bundle.ratings);
    query_number = number_queries(data, trained->baselines);
    use_shares(trained->baselines.item_log_share, data);
  } else {
    // The bundle was written by an older version: the table must be the one that it was trained on.
    data = apply_features(spec, bundle.features, table);
    trained.emplace().baselines = fit_baselines(data);
  }
  ThreadPool pool(threads);
  std::optional<Evaluator> evaluator;
  if (bundle.towers != nullptr) {
    evaluator.emplace(resolve_training(config), bundle.towers->spec, *bundle.towers->parameters, data, pool);
    if (!query_number.empty()) evaluator->use_catalogue(bundle.towers->item_vectors());
  }
  const ServedOrder order = bundle.order.value_or(
      ServedOrder{bundle.spec.labels.empty() ? ListOrder::score : ListOrder::predicted, 1});
  // An older bundle does not record its users' items.
  const bool drops_seen = bundle.spec.lists.seen == SeenPolicy::drop && !bundle.ratings.users.empty();
  const std::string rows = !split.empty() ? split : data.other_table ? "all" : split_to_report(data.split);
  const ListModel model{config, *bundle.retriever, bundle.towers.get(), data, pool};
  EvaluatedModel evaluated{
      model, evaluator ? &*evaluator : nullptr, trained->baselines, query_number, order, drops_seen, {}};
  for (const std::string& name : by)
    evaluated.segments.push_back(make_segments(name, table, data, trained->baselines.candidates));
  EvaluationReport report = evaluate_rows(evaluated, rows);
  report.findings = std::move(findings);
  report.warnings.insert(report.warnings.begin(), data.notes.begin(), data.notes.end());
  return report;
}

}  // namespace shortlist
