#include "shortlist/jobs/finish.h"

#include <algorithm>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/metrics/history_json.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/recommend/golden.h"
#include "shortlist/report/evaluation_text.h"
#include "shortlist/train/kept_epoch.h"

namespace shortlist {
namespace {

std::vector<LabelRange> label_ranges(const std::map<std::string, LabelScale>& scales, const Dataset& data) {
  std::vector<LabelRange> ranges;
  for (const LabelColumn& label : data.labels) {
    std::vector<uint32_t> rows = data.split.train;
    std::erase_if(rows, [&](uint32_t row) { return label.is_missing(row); });
    if (rows.empty()) continue;
    const std::vector<float>& labels = label.values;
    const double first = labels[rows[0]];
    const auto scale = scales.find(label.name);
    LabelRange range{label.name, first, first, 0, scale == scales.end() ? LabelScale() : scale->second};
    for (uint32_t row : rows) {
      range.least = std::min<double>(range.least, labels[row]);
      range.most = std::max<double>(range.most, labels[row]);
      range.mean += labels[row];
    }
    range.mean /= static_cast<double>(rows.size());
    ranges.push_back(range);
  }
  return ranges;
}

}  // namespace

ChosenOrder choose_order(const FinishedModel& model, ThreadPool& pool) {
  const std::unique_ptr<Retriever> retriever = model.learner.make_retriever(false);
  return choose_order(ListModel{model.config, *retriever, model.learner.towers(), model.prepared.data, pool});
}

EvaluationReport finish(const FinishedModel& model, const std::string& out, ThreadPool& pool, RunFiles& files,
                        const std::vector<ExtraFile>& extras) {
  const auto& [config, training, prepared, learner, history, known_order, findings] = model;
  const Dataset& data = prepared.data;
  Towers* towers = learner.towers();
  const std::unique_ptr<Retriever> exact = learner.make_retriever(false);
  const Baselines baselines = fit_baselines(data);
  std::optional<Evaluator> evaluator;
  if (towers != nullptr) evaluator.emplace(training, towers->spec, *towers->parameters, data, pool);
  const ListModel list{config, *exact, towers, data, pool};
  const ChosenOrder order = known_order ? *known_order : choose_order(list);
  const EvaluatedModel evaluated{list,        evaluator ? &*evaluator : nullptr,         baselines,     {},
                                 order.order, config.recommend.seen == SeenPolicy::drop, order.measured};
  EvaluationReport report = evaluate_rows(evaluated, split_to_report(data.split));
  report.findings = findings;
  const int kept = kept_epoch(training, history);
  const std::unique_ptr<Retriever> retriever = learner.make_retriever(true);
  UserRatings ratings = user_ratings(data.interactions, data.users);
  add_history_parts(data.interactions, retriever->reads_labels(), retriever->reads_times(), ratings);
  const ReportPage page = report_page(config, towers, history, kept, report);
  BundleContent content{.config = &config,
                        .features = &prepared.features,
                        .towers = towers,
                        .retriever = retriever.get(),
                        .items = &data.items,
                        .ratings = &ratings,
                        .history_json = to_json(history, kept),
                        .report_json = report_json(report),
                        .extras = people_files(config, towers, page, report)};
  content.extras.insert(content.extras.end(), extras.begin(), extras.end());
  content.labels = label_ranges(prepared.label_scales, data);
  content.baselines = &baselines;
  content.fingerprint = &data.fingerprint;
  content.order = evaluated.order;
  content.context = &data.context;
  content.golden = golden_requests;
  save_bundle(out, content);
  files.finish(towers != nullptr ? towers->item_vectors() : retriever->item_vectors(), data.items, page);
  return report;
}

}  // namespace shortlist
