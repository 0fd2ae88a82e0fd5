#include "shortlist/jobs/finish.h"

#include <algorithm>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/metrics/history_json.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/recommend/golden.h"
#include "shortlist/report/evaluation_text.h"

namespace shortlist {
namespace {

// Items by user of the training rows, in the order of data.users, and the ratings with each user's mean taken
// off.
UserRatings user_ratings(const Dataset& data) {
  UserRatings ratings;
  if (data.user_of_row.empty()) return ratings;
  std::vector<uint32_t> rows = data.split.train;
  std::erase_if(
      rows, [&](uint32_t row) { return data.user_of_row[row] == unknown_index || !data.is_positive(row); });
  // Positive rows alone have nothing in common with ratings.
  const bool rated = !data.labels.empty() && data.positive_weights.empty();
  if (rows.empty()) return ratings;
  std::ranges::stable_sort(rows, {}, [&](uint32_t row) { return data.user_of_row[row]; });
  ratings.users = data.users;
  ratings.offsets.push_back(0);
  size_t begin = 0;
  for (uint32_t user = 0; user < data.users.size(); ++user) {
    size_t end = begin;
    while (end < rows.size() && data.user_of_row[rows[end]] == user) ++end;
    double sum = 0;
    for (size_t i = begin; rated && i < end; ++i) sum += data.labels[0][rows[i]];
    const double mean = sum / static_cast<double>(std::max<size_t>(1, end - begin));
    for (; begin < end; ++begin) {
      ratings.items.push_back(
          static_cast<int32_t>(data.item_of_candidate[data.candidate_of_row[rows[begin]]]));
      if (rated) ratings.centred.push_back(static_cast<float>(data.labels[0][rows[begin]] - mean));
    }
    ratings.offsets.push_back(static_cast<int64_t>(ratings.items.size()));
  }
  return ratings;
}

std::vector<LabelRange> label_ranges(const Config& config, const ModelSpec& spec, const Dataset& data) {
  std::vector<LabelRange> ranges;
  for (size_t t = 0; t < data.labels.size() && !data.split.train.empty(); ++t) {
    const std::vector<float>& labels = data.labels[t];
    const double first = labels[data.split.train[0]];
    LabelRange range{config.ranking[t].label, first, first, 0, spec.label_scale(t)};
    for (uint32_t row : data.split.train) {
      range.least = std::min<double>(range.least, labels[row]);
      range.most = std::max<double>(range.most, labels[row]);
      range.mean += labels[row];
    }
    range.mean /= static_cast<double>(data.split.train.size());
    ranges.push_back(range);
  }
  return ranges;
}

Buffer embed_catalogue(ThreadPool& pool, const ModelSpec& spec, Parameters& parameters, const Dataset& data) {
  Plan plan(spec, parameters, {.outputs = {spec.candidate}});
  const size_t width = static_cast<size_t>(spec.at(spec.candidate).width),
               count = data.candidate_of_item.size();
  Buffer embeddings(count, width);
  run_tower(pool, plan, spec.candidate, kCandidateRows, data.candidates, data.candidate_of_item,
            embeddings.view(count, width));
  return embeddings;
}

// Of some at even distances, by which an index is chosen.
Buffer embed_some_queries(ThreadPool& pool, const ModelSpec& spec, Parameters& parameters,
                          const Dataset& data) {
  constexpr size_t kMost = 256;
  Plan plan(spec, parameters, {.outputs = {spec.query}});
  const size_t width = static_cast<size_t>(spec.at(spec.query).width), all = data.queries.rows,
               count = std::min(all, kMost);
  std::vector<uint32_t> rows;
  for (size_t i = 0; i < count; ++i) rows.push_back(static_cast<uint32_t>(i * all / count));
  Buffer embeddings(count, width);
  run_tower(pool, plan, spec.query, kQueryRows, data.queries, rows, embeddings.view(count, width));
  return embeddings;
}

// None where the index is made when the bundle is loaded.
std::unique_ptr<Hnsw> build_index(const FinishedModel& model, ConstMatrix candidates, ThreadPool& pool) {
  const Config& config = model.config;
  if (!config.retrieval || config.retrieval->index != IndexKind::hnsw) return nullptr;
  const Buffer queries = embed_some_queries(pool, model.spec, model.parameters, model.prepared.data);
  return std::make_unique<Hnsw>(candidates, config.retrieval->hnsw, pool,
                                queries.view(queries.size() / candidates.cols, candidates.cols));
}

}  // namespace

ChosenOrder choose_order(const FinishedModel& model, ThreadPool& pool) {
  const Dataset& data = model.prepared.data;
  const Buffer embeddings = embed_catalogue(pool, model.spec, model.parameters, data);
  const auto width = static_cast<size_t>(model.spec.at(model.spec.candidate).width);
  return choose_order(ListModel{model.config, model.spec, model.parameters, data,
                                embeddings.view(data.items.ids.size(), width), pool});
}

EvaluationReport finish(const FinishedModel& model, const std::string& out, ThreadPool& pool, RunFiles& files,
                        const std::vector<ExtraFile>& extras) {
  const auto& [config, prepared, spec, parameters, history, known_order] = model;
  const Dataset& data = prepared.data;
  const Buffer embeddings = embed_catalogue(pool, spec, parameters, data);
  const ConstMatrix candidates =
      embeddings.view(data.items.ids.size(), static_cast<size_t>(spec.at(spec.candidate).width));
  const Baselines baselines = fit_baselines(data);
  Evaluator evaluator(config, spec, parameters, data, pool);
  const ListModel list{config, spec, parameters, data, candidates, pool};
  const ChosenOrder order = known_order ? *known_order : choose_order(list);
  const EvaluatedModel evaluated{
      list, evaluator, baselines, {}, order.order, config.recommend.seen == SeenPolicy::drop, order.measured};
  const EvaluationReport report = evaluate_rows(evaluated, split_to_report(data.split));
  const UserRatings ratings = user_ratings(data);
  const std::unique_ptr<Hnsw> hnsw = build_index(model, candidates, pool);
  BundleContent content{
      &config,          &prepared.features,  &parameters,
      candidates,       &data.items,         &ratings,
      to_json(history), report_json(report), people_files(config, spec, parameters, history, report)};
  content.hnsw = hnsw.get();
  content.extras.insert(content.extras.end(), extras.begin(), extras.end());
  content.labels = label_ranges(config, spec, data);
  content.baselines = &baselines;
  content.fingerprint = &data.fingerprint;
  content.order = evaluated.order;
  content.context = &data.context;
  content.golden = golden_requests;
  save_bundle(out, content);
  files.finish(candidates, data.items);
  return report;
}

}  // namespace shortlist
