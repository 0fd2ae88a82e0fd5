#include "shortlist/jobs/evaluate_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "shortlist/base/take.h"
#include "shortlist/jobs/rank_rows.h"
#include "shortlist/jobs/telling_features.h"
#include "shortlist/metrics/evaluation.h"
#include "shortlist/metrics/overlap.h"
#include "shortlist/metrics/user_metrics.h"
#include "shortlist/recommend/left_out.h"

namespace shortlist {
namespace {

// Rows of a dataset as metrics take them: for retrieval and lists, or with one task's labels.
enum class For { lists, labels };
struct ObservedRows {
  ObservedRows(const Dataset& data, const std::vector<uint32_t>& rows, const std::vector<float>* labels,
               const std::vector<uint32_t>& query_number = {}, For use = For::lists)
      : query(take(data.query_of_row, rows)),
        candidate(take(data.candidate_of_row, rows)),
        user(take(data.user_of_row, rows)),
        weight(take(use == For::lists ? data.retrieval_weights() : data.weights, rows)) {
    for (uint32_t& c : candidate) c = data.item_of_candidate[c];
    for (size_t i = 0; !query_number.empty() && i < query.size(); ++i) query[i] = query_number[query[i]];
    // Rows without a user do not all belong to one user.
    for (size_t i = 0; data.query_is_user && i < query.size(); ++i) {
      if (user[i] == unknown_index) query[i] = unknown_index;
    }
    if (labels != nullptr) label = take(*labels, rows);
    view = {rows.size(), query, candidate, user, label, weight};
  }
  std::vector<uint32_t> query, candidate, user;
  std::vector<float> label, weight;
  Observations view;
};

const std::vector<float>* first_label(const Dataset& data) {
  return data.labels.empty() ? nullptr : &data.labels.front().values;
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
  ListPlaces measured;
  if (order.order == ListOrder::score) {
    measured = {rows, {drops_seen ? scores.unseen_ranks : scores.ranks}};
  } else {
    measured = list_places(evaluated.model, rows, greatest(ks), drops_seen, {&order, 1});
  }
  list.rows = measured.rows.size();
  const bool tells_user = !data.user_of_query.empty();
  const ObservedRows observed(data, measured.rows, first_label(data), evaluated.query_number);
  list.task = evaluate_list(evaluated.baselines.candidates, with_lists_by_query(observed.view, tells_user),
                            measured.places[0], drops_seen ? &data.seen : nullptr, ks,
                            static_cast<uint64_t>(config.training.seed));
  return list;
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

}  // namespace

Baselines fit_baselines(const Dataset& data) {
  const ObservedRows train(data, data.split.train, first_label(data));
  Baselines baselines{
      .candidates = fit_candidate_weights(train.view, static_cast<uint32_t>(data.items.ids.size())),
      .query_keys = data.query_keys,
      .rows = row_hashes(train.view),
      .item_log_share = data.item_log_share};
  for (const LabelColumn& label : data.labels)
    baselines.labels.push_back(
        fit_label_means(ObservedRows(data, data.split.train, &label.values, {}, For::labels).view));
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
  const ListPlaces lists = list_places(model, data.split.validation, static_cast<size_t>(k),
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
  const auto seed = static_cast<uint64_t>(config.training.seed);
  // In the training rows, every item is a seen one.
  const bool held_out = data.other_table || (split != "train" && split != "all");
  const bool masks = held_out && !data.user_of_query.empty();
  if (config.retrieval) {
    report.tasks.push_back(evaluate_retrieval(baselines.candidates, observed.view,
                                              {scores.ranks, scores.unseen_ranks},
                                              masks ? &data.seen : nullptr, config.retrieval->top_k, seed));
  }
  for (size_t t = 0; t < config.ranking.size(); ++t) {
    const ObservedRows labelled(data, rows, &data.label(config.ranking[t].label), evaluated.query_number,
                                For::labels);
    report.tasks.push_back(evaluate_ratings(config.ranking[t].label, baselines.labels[t], labelled.view,
                                            scores.predictions[t], seed));
  }
  report.list = report_list(evaluated, rows, scores, masks && evaluated.drops_seen);
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
