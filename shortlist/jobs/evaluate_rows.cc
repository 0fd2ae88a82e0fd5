#include "shortlist/jobs/evaluate_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "shortlist/base/take.h"
#include "shortlist/jobs/list_variety.h"
#include "shortlist/jobs/rank_rows.h"
#include "shortlist/jobs/telling_features.h"
#include "shortlist/learners/query_blocks.h"
#include "shortlist/metrics/evaluation.h"
#include "shortlist/metrics/group_metrics.h"
#include "shortlist/metrics/overlap.h"
#include "shortlist/metrics/rating_metrics.h"
#include "shortlist/metrics/user_metrics.h"
#include "shortlist/recommend/left_out.h"

namespace shortlist {
namespace {

// Rows of a dataset as metrics take them: for retrieval and lists, or with one task's labels.
enum class For { lists, labels };
struct ObservedRows {
  ObservedRows(const Dataset& data, const std::vector<uint32_t>& rows, const LabelColumn* labels,
               const std::vector<uint32_t>& query_number = {}, For use = For::lists)
      : query(take(data.query_of_row, rows)),
        candidate(take(data.candidate_of_row, rows)),
        user(take(data.user_of_row, rows)),
        weight(take(use == For::lists ? data.retrieval_weights() : data.weights_of(*labels), rows)) {
    for (uint32_t& c : candidate) c = data.item_of_candidate[c];
    for (size_t i = 0; !query_number.empty() && i < query.size(); ++i) query[i] = query_number[query[i]];
    // Rows without a user do not all belong to one user.
    for (size_t i = 0; data.query_is_user && i < query.size(); ++i) {
      if (user[i] == unknown_index) query[i] = unknown_index;
    }
    if (labels != nullptr) label = take(labels->values, rows);
    view = {rows.size(), query, candidate, user, label, weight};
  }
  std::vector<uint32_t> query, candidate, user;
  std::vector<float> label, weight;
  Observations view;
};

const LabelColumn* first_label(const Dataset& data) {
  return data.labels.empty() ? nullptr : &data.labels.front();
}

bool is_missing_everywhere(const LabelColumn& label, const std::vector<uint32_t>& rows) {
  return std::ranges::all_of(rows, [&](uint32_t row) { return label.is_missing(row); });
}

std::vector<int> list_ks(const Config& config) {
  return config.retrieval ? config.retrieval->top_k : RetrievalConfig().top_k;
}

int k_near_10(const std::vector<int>& ks) {
  return std::ranges::min(ks, {}, [](int k) { return std::abs(k - 10); });
}

std::vector<ServedOrder> possible_orders(const Config& config) {
  if (config.ranking.empty()) return {{ListOrder::score, 0}};
  if (!config.retrieval) return {{ListOrder::predicted, 1}};
  return {{ListOrder::score, 0},
          {ListOrder::predicted, 1},
          {ListOrder::blend, 0.25},
          {ListOrder::blend, 0.5},
          {ListOrder::blend, 0.75}};
}

size_t greatest(const std::vector<int>& ks) { return static_cast<size_t>(std::ranges::max(ks)); }

// If queries do not name users, each query counts as one user.
Observations with_lists_by_query(Observations rows, bool tells_user) {
  if (!tells_user) rows.user = rows.query;
  return rows;
}

std::vector<uint32_t> rows_of(const Dataset& data, const std::string& split) {
  if (!data.other_table || split != "all") return data.split.rows(split);
  std::vector<uint32_t> all(data.rows);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

KnownValues count_known(const std::string& column, const std::vector<uint32_t>& values,
                        const std::function<bool(uint32_t)>& is_known) {
  KnownValues known{.column = column};
  std::unordered_set<uint32_t> distinct;
  for (uint32_t value : values) {
    if (value == unknown_index) continue;
    const bool fresh = distinct.insert(value).second;
    known.distinct += fresh;
    if (is_known(value)) continue;
    known.unknown += fresh;
    ++known.unknown_rows;
  }
  return known;
}

void add_variety(const EvaluatedModel& evaluated, const ServedLists& served, const std::vector<int>& ks,
                 ListReport& list) {
  const ListVariety variety =
      list_variety(evaluated.model, served, list.drops_seen, evaluated.baselines.candidates, ks);
  for (const auto& [name, value] : variety.model) list.task.model.push_back({name, value, std::nullopt});
  for (BaselineReport& baseline : list.task.baselines) {
    if (baseline.name != baseline::popularity) continue;
    for (const auto& [name, value] : variety.popularity)
      baseline.figures.push_back({name, value, std::nullopt});
  }
}

ListReport report_list(const EvaluatedModel& evaluated, const std::vector<uint32_t>& rows,
                       const RowScores& scores, bool drops_seen) {
  const Config& config = evaluated.model.config;
  const Dataset& data = evaluated.model.data;
  const ServedOrder& order = evaluated.order;
  ListReport list{.order = std::string(enum_name(order.order)),
                  .blend = order.order == ListOrder::blend ? order.blend : 0,
                  .label = config.ranking.empty() ? "" : config.ranking[0].label,
                  .drops_seen = drops_seen,
                  .orders = evaluated.orders};
  const std::vector<int> ks = list_ks(config);
  ServedLists served = served_lists(evaluated.model, rows, greatest(ks), drops_seen, {&order, 1});
  // By score, the ranks in the whole catalogue are known.
  if (order.order == ListOrder::score) served.places = {drops_seen ? scores.unseen_ranks : scores.ranks};
  list.rows = served.rows.size();
  const bool tells_user = !data.user_of_query.empty();
  const ObservedRows observed(data, served.rows, first_label(data), evaluated.query_number);
  list.task = evaluate_list(evaluated.baselines.candidates, with_lists_by_query(observed.view, tells_user),
                            served.places[0], drops_seen ? &data.seen : nullptr, ks,
                            static_cast<uint64_t>(config.training.seed));
  add_variety(evaluated, served, ks, list);
  if (evaluated.results != nullptr)
    keep_places(data, rows, served.rows, served.places[0], *evaluated.results);
  return list;
}

// Whether the retriever's scores are measured as predictions, because no ranking predicts the label.
bool predicts_label(const EvaluatedModel& evaluated) {
  return evaluated.model.retriever.predicts_label() && evaluated.model.config.ranking.empty();
}

// The retriever's scores of rows. An item that is not in the catalogue has the mean of the label.
std::vector<float> predict_rows(const EvaluatedModel& evaluated, const std::vector<uint32_t>& rows) {
  const auto& [config, retriever, towers, data, pool] = evaluated.model;
  constexpr size_t kBlock = 1024;
  QueryBlocks blocks(retriever, towers, data, pool);
  std::vector<float> predictions(
      rows.size(),
      static_cast<float>(evaluated.baselines.means_of(evaluated.model.data.labels[0].name).mean));
  for (size_t begin = 0; begin < rows.size(); begin += kBlock) {
    const std::vector<uint32_t> block(
        rows.begin() + static_cast<std::ptrdiff_t>(begin),
        rows.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kBlock, rows.size())));
    const std::vector<uint32_t> queries = take(data.query_of_row, block);
    std::vector<uint32_t> query, item, place;
    for (uint32_t i = 0; i < block.size(); ++i) {
      const uint32_t of = data.item_of_candidate[data.candidate_of_row[block[i]]];
      if (of >= retriever.items()) continue;
      query.push_back(i), item.push_back(of), place.push_back(i);
    }
    const std::vector<float> scores = retriever.score_pairs(blocks.of(queries), query, item);
    for (size_t i = 0; i < place.size(); ++i) predictions[begin + place[i]] = scores[i];
  }
  return predictions;
}

// Ranks come from the retriever, predictions from the towers.
RowScores score_rows(const EvaluatedModel& evaluated, const std::vector<uint32_t>& rows) {
  const auto& [config, retriever, towers, data, pool] = evaluated.model;
  RowScores scores;
  if (evaluated.evaluator != nullptr) scores = evaluated.evaluator->score(rows);
  if (!retriever.has_scores() || retriever.scores_by_towers()) return scores;
  PairRanks ranks = rank_rows(retriever, towers, data, rows, pool);
  scores.ranks = std::move(ranks.all);
  scores.unseen_ranks = std::move(ranks.unseen);
  if (predicts_label(evaluated)) scores.predictions.push_back(predict_rows(evaluated, rows));
  return scores;
}

Metrics losses_of(const EvaluatedModel& evaluated, const std::vector<uint32_t>& rows) {
  Metrics losses;
  if (evaluated.evaluator == nullptr) return losses;
  for (const auto& [name, value] : evaluated.evaluator->figures(rows, true)) {
    if (name.find("loss") != std::string::npos && name != "log_loss") losses.emplace_back(name, value);
  }
  return losses;
}

// Errors of a label's value, accuracy of a class, and the order within groups.
TaskReport evaluate_ranking(const EvaluatedModel& evaluated, const std::vector<uint32_t>& rows, size_t task,
                            std::span<const float> predictions, uint64_t seed) {
  const RankingConfig& ranking = evaluated.model.config.ranking[task];
  const Dataset& data = evaluated.model.data;
  const ObservedRows labelled(data, rows, &find_label(data.labels, ranking.label), evaluated.query_number,
                              For::labels);
  const LabelMeans& means = evaluated.baselines.means_of(ranking.label);
  const Prediction prediction = ranking.loss.prediction();
  TaskReport report{.task = ranking.label, .model = {}, .baselines = {}};
  if (prediction == Prediction::label || prediction == Prediction::probability)
    report = evaluate_ratings(ranking.label, means, labelled.view, predictions, seed);
  const auto add = [](const Metrics& figures, auto& to) {
    for (const auto& [name, value] : figures) to.push_back({name, value, {}});
  };
  if (prediction == Prediction::classes)
    add(class_figures({predictions, labelled.label, labelled.weight}), report.model);
  if (!ranking.has_groups() || data.list_of_row.empty()) return report;
  const std::vector<uint32_t> group = take(data.list_of_row, rows);
  const auto figures = [&](std::span<const float> of) {
    return ranking_figures({of, labelled.label, labelled.weight}, group);
  };
  add(figures(predictions), report.model);
  for (const RatingBaseline& baseline : rating_baselines(means, labelled.view)) {
    auto found = std::ranges::find(report.baselines, baseline.name, &BaselineReport::name);
    if (found == report.baselines.end())
      found = report.baselines.insert(found, BaselineReport{baseline.name, {}});
    add(figures(baseline.prediction), found->figures);
  }
  return report;
}

// Retrieval and the labels. With `masks`, also without seen items.
std::vector<TaskReport> measure_tasks(const EvaluatedModel& evaluated, const std::vector<uint32_t>& rows,
                                      const RowScores& scores, bool masks) {
  const Config& config = evaluated.model.config;
  const Dataset& data = evaluated.model.data;
  const Baselines& baselines = evaluated.baselines;
  const auto seed = static_cast<uint64_t>(config.training.seed);
  std::vector<TaskReport> tasks;
  if (config.retrieval) {
    const ObservedRows observed(data, rows, first_label(data), evaluated.query_number);
    tasks.push_back(evaluate_retrieval(baselines.candidates, observed.view,
                                       {scores.ranks, scores.unseen_ranks}, masks ? &data.seen : nullptr,
                                       config.retrieval->top_k, seed));
  }
  for (size_t t = 0; t < config.ranking.size(); ++t) {
    const LabelColumn& label = find_label(data.labels, config.ranking[t].label);
    if (is_missing_everywhere(label, rows)) continue;
    tasks.push_back(evaluate_ranking(evaluated, rows, t, scores.predictions[t], seed));
  }
  if (!predicts_label(evaluated)) return tasks;
  const LabelColumn& label = data.labels[0];
  const ObservedRows labelled(data, rows, &label, evaluated.query_number, For::labels);
  if (!std::ranges::all_of(rows, [&](uint32_t row) { return label.is_missing(row); }))
    tasks.push_back(evaluate_ratings(label.name, baselines.means_of(label.name), labelled.view,
                                     scores.predictions[0], seed));
  return tasks;
}

void keep_predictions(const EvaluatedModel& evaluated, const std::vector<uint32_t>& rows,
                      const RowScores& scores) {
  const Dataset& data = evaluated.model.data;
  const std::vector<RankingConfig>& rankings = evaluated.model.config.ranking;
  for (size_t t = 0; t < rankings.size(); ++t)
    keep_label(data, rows, find_label(data.labels, rankings[t].label), rankings[t].loss.prediction(),
               scores.predictions[t], *evaluated.results);
  if (predicts_label(evaluated))
    keep_label(data, rows, data.labels[0], Prediction::label, scores.predictions[0], *evaluated.results);
}

// The scores of some of the rows.
RowScores take_scores(const RowScores& scores, const std::vector<uint32_t>& positions) {
  RowScores some{take(scores.ranks, positions), take(scores.unseen_ranks, positions), {}};
  for (const std::vector<float>& predictions : scores.predictions)
    some.predictions.push_back(take(predictions, positions));
  return some;
}

void measure_segments(const EvaluatedModel& evaluated, const std::vector<uint32_t>& rows,
                      const RowScores& scores, bool masks, const Segments& segments,
                      std::vector<SegmentReport>& reports) {
  std::vector<std::vector<uint32_t>> positions(segments.names.size());
  for (uint32_t i = 0; i < rows.size(); ++i) positions[segments.of_row[rows[i]]].push_back(i);
  for (size_t s = 0; s < positions.size(); ++s) {
    if (positions[s].empty()) continue;
    const std::vector<uint32_t> of_segment = take(rows, positions[s]);
    reports.push_back({segments.by, segments.names[s], of_segment.size(),
                       measure_tasks(evaluated, of_segment, take_scores(scores, positions[s]), masks)});
  }
}

}  // namespace

Baselines fit_baselines(const Dataset& data) {
  const ObservedRows train(data, data.split.train, first_label(data));
  Baselines baselines{
      .candidates = fit_candidate_weights(train.view, static_cast<uint32_t>(data.items.ids.size())),
      .query_keys = data.query_keys,
      .rows = row_hashes(train.view),
      .item_log_share = data.item_log_share};
  for (const LabelColumn& label : data.labels) {
    const ObservedRows labelled(data, data.split.train, &label, {}, For::labels);
    baselines.labels.emplace_back(label.name, fit_label_means(labelled.view));
  }
  return baselines;
}

ChosenOrder choose_order(const ListModel& model) {
  const RecommendConfig& recommend = model.config.recommend;
  if (recommend.order != ListOrder::chosen) return {{recommend.order, recommend.blend}, {}};
  const std::vector<ServedOrder> orders = possible_orders(model.config);
  const Dataset& data = model.data;
  if (orders.size() == 1 || data.split.validation.empty()) return {orders[0], {}};
  const bool tells_user = !data.user_of_query.empty();
  const int k = k_near_10(list_ks(model.config));
  const ServedLists lists = served_lists(model, data.split.validation, static_cast<size_t>(k),
                                         tells_user && recommend.seen == SeenPolicy::drop, orders);
  const ObservedRows observed(data, lists.rows, first_label(data));
  const Observations rows = with_lists_by_query(observed.view, tells_user);
  ChosenOrder chosen{orders[0], {}};
  size_t best = 0;
  std::vector<double> ndcg;
  for (size_t o = 0; o < orders.size(); ++o) {
    RankMetrics hits({k});
    for (size_t row = 0; row < rows.rows; ++row) hits.add(lists.places[o][row], rows.weight_of(row));
    ndcg.push_back(*find_metric(user_figures(rows, lists.places[o], {k}), ndcg_name(k)));
    chosen.measured.push_back({std::string(enum_name(orders[o].order)),
                               orders[o].order == ListOrder::blend ? orders[o].blend : 0,
                               {{top_k_name(k), hits.figures()[0].second}, {ndcg_name(k), ndcg[o]}}});
    if (ndcg[o] > ndcg[best]) best = o;
  }
  chosen.order = orders[best];
  return chosen;
}

EvaluationReport evaluate_rows(const EvaluatedModel& evaluated, const std::string& split) {
  const Config& config = evaluated.model.config;
  const Dataset& data = evaluated.model.data;
  const Baselines& baselines = evaluated.baselines;
  const std::vector<uint32_t> rows = rows_of(data, split);
  if (rows.empty()) throw data_error("the split leaves no row to evaluate: {} is empty", split);
  EvaluationReport report{.split = split, .rows = rows.size(), .other_table = data.other_table};
  const ObservedRows observed(data, rows, first_label(data), evaluated.query_number);
  report.warnings = warnings_of_telling_features(config, data);
  report.share_in_train = share_in_train(baselines.rows, observed.view);
  report.losses = losses_of(evaluated, rows);
  const RowScores scores = score_rows(evaluated, rows);
  // In the training rows, every item is a seen one.
  const bool held_out = data.other_table || (split != "train" && split != "all");
  const bool masks = held_out && !data.user_of_query.empty();
  report.tasks = measure_tasks(evaluated, rows, scores, masks);
  for (const LabelColumn& label : data.labels) {
    if (is_missing_everywhere(label, rows))
      report.warnings.push_back(
          fmt::format("No row has a '{}', so its predictions are not measured.", label.name));
  }
  for (const Segments& segments : evaluated.segments)
    measure_segments(evaluated, rows, scores, masks, segments, report.segments);
  report.list = report_list(evaluated, rows, scores, masks && evaluated.drops_seen);
  if (evaluated.results != nullptr) keep_predictions(evaluated, rows, scores);
  if (!data.other_table) return report;
  report.known.push_back(count_known(data.items.id_column, observed.candidate,
                                     [&](uint32_t item) { return item < data.items.ids.size(); }));
  if (!observed.user.empty()) {
    report.known.push_back(count_known(config.data.user, observed.user,
                                       [&](uint32_t user) { return !data.seen.of(user).empty(); }));
  }
  return report;
}

std::string split_to_report(const Split& split) {
  return !split.test.empty() ? "test" : !split.validation.empty() ? "validation" : "train";
}

}  // namespace shortlist
