#include "shortlist/engine/finish.h"

#include <algorithm>

#include "shortlist/engine/golden.h"
#include "shortlist/metrics/evaluation.h"
#include "shortlist/metrics/history_files.h"
#include "shortlist/metrics/overlap.h"

namespace shortlist {
namespace {

template <typename T>
std::vector<T> take(const std::vector<T>& values, const std::vector<uint32_t>& rows) {
  std::vector<T> taken;
  if (values.empty()) return taken;
  taken.reserve(rows.size());
  for (uint32_t row : rows) taken.push_back(values[row]);
  return taken;
}

// Rows of a dataset as metrics see them, with one task's labels.
struct ObservedRows {
  ObservedRows(const Dataset& data, const std::vector<uint32_t>& rows, size_t task)
      : query(take(data.query_of_row, rows)),
        candidate(take(data.candidate_of_row, rows)),
        user(take(data.user_of_row, rows)),
        weight(take(data.weights, rows)) {
    for (uint32_t& c : candidate) c = data.item_of_candidate[c];
    // Rows without a user are not the rows of one user.
    for (size_t i = 0; data.query_is_user && i < rows.size(); ++i) {
      if (user[i] == unknown_index) query[i] = unknown_index;
    }
    if (task < data.labels.size()) label = take(data.labels[task], rows);
    view = {rows.size(), query, candidate, user, label, weight};
  }
  std::vector<uint32_t> query, candidate, user;
  std::vector<float> label, weight;
  Observations view;
};

// Ratings by user of the training rows, each user's mean taken off.
UserRatings user_ratings(const Dataset& data) {
  UserRatings ratings;
  if (data.user_of_row.empty() || data.labels.empty()) return ratings;
  std::vector<uint32_t> rows = data.split.train;
  std::erase_if(rows, [&](uint32_t row) { return data.user_of_row[row] == unknown_index; });
  if (rows.empty()) return ratings;
  std::ranges::stable_sort(rows, {}, [&](uint32_t row) { return data.user_of_row[row]; });
  ratings.offsets.push_back(0);
  for (size_t begin = 0; begin < rows.size();) {
    size_t end = begin;
    double sum = 0;
    while (end < rows.size() && data.user_of_row[rows[end]] == data.user_of_row[rows[begin]]) {
      sum += data.labels[0][rows[end++]];
    }
    const double mean = sum / static_cast<double>(end - begin);
    for (; begin < end; ++begin) {
      ratings.items.push_back(
          static_cast<int32_t>(data.item_of_candidate[data.candidate_of_row[rows[begin]]]));
      ratings.centred.push_back(static_cast<float>(data.labels[0][rows[begin]] - mean));
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
  run_tower(pool, plan, spec.candidate, Domain::candidate, data.candidates, data.candidate_of_item,
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
  run_tower(pool, plan, spec.query, Domain::query, data.queries, rows, embeddings.view(count, width));
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

std::string split_to_report(const Split& split) {
  return !split.test.empty() ? "test" : !split.validation.empty() ? "validation" : "train";
}

}  // namespace

EvaluationReport evaluate_rows(const Config& config, Evaluator& evaluator, const Dataset& data,
                               const std::string& split) {
  const std::vector<uint32_t> rows = data.split.rows(split);
  if (rows.empty()) throw data_error("the split leaves no row to evaluate: {} is empty", split);
  EvaluationReport report{.split = split, .rows = rows.size()};
  const ObservedRows train(data, data.split.train, 0), observed(data, rows, 0);
  report.share_in_train = share_in_train(train.view, observed.view);
  for (const auto& [name, value] : evaluator.figures(rows, true)) {
    if (name.find("loss") != std::string::npos && name != "log_loss") report.losses.emplace_back(name, value);
  }
  const RowScores scores = evaluator.score(rows);
  const auto seed = static_cast<uint64_t>(config.training.seed);
  if (config.retrieval) {
    report.tasks.push_back(evaluate_retrieval(train.view, observed.view,
                                              static_cast<uint32_t>(data.items.ids.size()), scores.ranks,
                                              config.retrieval->top_k, seed));
  }
  for (size_t t = 0; t < config.ranking.size(); ++t) {
    const ObservedRows labelled_train(data, data.split.train, t), labelled(data, rows, t);
    report.tasks.push_back(evaluate_ratings(config.ranking[t].label, labelled_train.view, labelled.view,
                                            scores.predictions[t], seed));
  }
  return report;
}

EvaluationReport finish(const FinishedModel& model, const std::string& out, ThreadPool& pool, RunFiles& files,
                        const std::vector<ExtraFile>& extras) {
  const auto& [config, prepared, spec, parameters, history] = model;
  const Dataset& data = prepared.data;
  Evaluator evaluator(config, spec, parameters, data, pool);
  const EvaluationReport report = evaluate_rows(config, evaluator, data, split_to_report(data.split));
  const Buffer embeddings = embed_catalogue(pool, spec, parameters, data);
  const ConstMatrix candidates =
      embeddings.view(data.items.ids.size(), static_cast<size_t>(spec.at(spec.candidate).width));
  const UserRatings ratings = user_ratings(data);
  const std::unique_ptr<Hnsw> hnsw = build_index(model, candidates, pool);
  BundleContent content{
      &config,          &prepared.features,  &parameters,
      candidates,       &data.items,         &ratings,
      to_json(history), report_json(report), people_files(config, spec, parameters, history, report)};
  content.hnsw = hnsw.get();
  content.extras.insert(content.extras.end(), extras.begin(), extras.end());
  content.labels = label_ranges(config, spec, data);
  content.golden = golden_requests;
  save_bundle(out, content);
  files.finish(candidates, data.items);
  return report;
}

}  // namespace shortlist
