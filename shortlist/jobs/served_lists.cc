#include "shortlist/jobs/served_lists.h"

#include <algorithm>
#include <numeric>

#include "shortlist/base/function_ref.h"
#include "shortlist/learners/query_blocks.h"
#include "shortlist/recommend/list_order.h"
#include "shortlist/train/evaluator.h"

namespace shortlist {
namespace {

constexpr size_t kQueriesABlock = 48;
constexpr size_t kMostPairs = 2'000'000;  // maximum number that the ranking predicts at once

// The distinct queries of some rows, and the rows of each.
struct QueryRows {
  std::vector<uint32_t> queries;
  std::vector<std::vector<uint32_t>> rows;  // positions in the result's rows
};

// The place of an entry by descending key. Among equal keys, the earlier one comes first.
size_t place_of(const std::vector<double>& keys, size_t at) {
  size_t place = 0;
  for (size_t i = 0; i < keys.size(); ++i) place += keys[i] > keys[at] || (keys[i] == keys[at] && i < at);
  return place;
}

class ListMaker {
 public:
  // Without `by_label`, lists are ordered by score alone.
  ListMaker(const ListModel& model, size_t depth, bool drop_seen, bool by_label)
      : model_(model),
        drops_seen_(drop_seen && !model.data.user_of_query.empty()),
        ranks_(by_label && model.towers != nullptr && !model.towers->spec.rankings.empty()),
        block_(model.retriever.has_scores() ? static_cast<size_t>(model.config.recommend.candidates)
                                            : model.retriever.items()),
        depth_(std::min(model.retriever.items(),
                        model.retriever.has_scores() ? chunk_count(depth, block_) * block_ : block_)),
        blocks_(model.retriever, model.towers, model.data, model.pool) {
    if (!ranks_) return;
    const ModelSpec& spec = model.towers->spec;
    ranking_.emplace(spec, *model.towers->parameters,
                     PlanOptions{.outputs = spec.ranking_nodes(), .fed = ranking_inputs(spec)});
  }

  size_t most_queries() const { return ranks_ ? std::max<size_t>(1, kMostPairs / depth_) : SIZE_MAX; }

  // Finds the candidates of some queries, with the scores and the first label's predictions.
  void find(std::span<const uint32_t> queries) {
    const QueryBatch& batch = blocks_.of(queries);
    std::vector<std::span<const uint32_t>> left_out(queries.size());
    for (size_t q = 0; drops_seen_ && q < queries.size(); ++q)
      left_out[q] = model_.data.seen.of(model_.data.user_of_query[queries[q]]);
    found_ = model_.retriever.retrieve_exactly(batch, depth_, {}, left_out);
    if (ranks_) predict(blocks_.ranked());
  }

  // The first items of the list of one of those queries.
  std::vector<uint32_t> items(size_t query, const ServedOrder& order, size_t most) const {
    std::vector<uint32_t> items;
    for_each_block(query, [&](std::span<const Scored> block, std::span<const float> scores,
                              std::span<const float> predictions) {
      for (uint32_t at : order_block(scores, predictions, order.order, order.blend))
        if (items.size() < most) items.push_back(block[at].index);
    });
    return items;
  }

  // The places of some items in the list of one of those queries. UINT32_MAX if the list does not contain the
  // item.
  void places(size_t query, const ServedOrder& order, std::span<const uint32_t> items,
              std::span<uint32_t> places) const {
    std::ranges::fill(places, UINT32_MAX);
    size_t begin = 0;
    for_each_block(query, [&](std::span<const Scored> block, std::span<const float> scores,
                              std::span<const float> predictions) {
      const std::vector<double> keys = order_keys(scores, predictions, order.order, order.blend);
      for (size_t i = 0; i < items.size(); ++i) {
        const auto at = std::ranges::find(block, items[i], &Scored::index);
        if (at == block.end()) continue;
        places[i] = static_cast<uint32_t>(begin + place_of(keys, static_cast<size_t>(at - block.begin())));
      }
      begin += block.size();
    });
  }

 private:
  using VisitBlock =
      FunctionRef<void(std::span<const Scored>, std::span<const float>, std::span<const float>)>;

  // Visits the blocks of a query's candidates, with their scores and predictions.
  void for_each_block(size_t query, VisitBlock visit) const {
    const std::vector<Scored>& best = found_[query].best;
    std::vector<float> scores;
    for (const Scored& candidate : best) scores.push_back(candidate.score);
    for (size_t begin = 0; begin < best.size(); begin += block_) {
      const size_t count = std::min(block_, best.size() - begin);
      visit(
          std::span(best).subspan(begin, count), std::span(scores).subspan(begin, count),
          ranks_ ? std::span(predictions_).subspan(first_[query] + begin, count) : std::span<const float>());
    }
  }

  void predict(ConstMatrix queries) {
    std::vector<uint32_t> query, item;
    first_.clear();
    for (size_t q = 0; q < found_.size(); ++q) {
      first_.push_back(query.size());
      for (const Scored& candidate : found_[q].best) {
        query.push_back(static_cast<uint32_t>(q));
        item.push_back(candidate.index);
      }
    }
    const ModelSpec& spec = model_.towers->spec;
    ranking_->feed(spec.ranking_query(), queries);
    ranking_->feed(spec.ranking_candidate(), model_.towers->ranked_item_vectors());
    std::vector<std::vector<float>> predictions;
    run_rankings(model_.pool, *ranking_, spec, query, item, predictions);
    const auto width = static_cast<size_t>(spec.at(spec.rankings[0].node).width);
    predictions_.clear();
    for (size_t i = 0; i < predictions[0].size(); i += width)
      predictions_.push_back(predicted_label(model_.config.ranking[0].loss.prediction(),
                                             std::span<const float>(predictions[0]).subspan(i, width),
                                             spec.rankings[0].scale));
  }

  const ListModel& model_;
  bool drops_seen_, ranks_;
  size_t block_, depth_;
  QueryBlocks blocks_;
  std::optional<Plan> ranking_;
  std::vector<Found> found_;
  std::vector<size_t> first_;  // start of each query's predictions
  std::vector<float> predictions_;
};

// Takes an evenly spaced sample of `most` distinct queries if there are more.
QueryRows some_queries(const Dataset& data, std::span<const uint32_t> rows, size_t most,
                       std::vector<uint32_t>& measured) {
  QueryRows found;
  std::vector<uint32_t> place(data.queries.rows, UINT32_MAX), all;
  for (uint32_t row : rows) {
    uint32_t& at = place[data.query_of_row[row]];
    if (at != UINT32_MAX) continue;
    at = static_cast<uint32_t>(all.size());
    all.push_back(data.query_of_row[row]);
  }
  const size_t count = std::min(all.size(), most);
  std::vector<uint32_t> kept(all.size(), UINT32_MAX);
  for (size_t i = 0; i < count; ++i) {
    const size_t chosen = i * all.size() / count;
    kept[chosen] = static_cast<uint32_t>(i);
    found.queries.push_back(all[chosen]);
  }
  found.rows.resize(count);
  for (uint32_t row : rows) {
    const uint32_t at = kept[place[data.query_of_row[row]]];
    if (at == UINT32_MAX) continue;
    found.rows[at].push_back(static_cast<uint32_t>(measured.size()));
    measured.push_back(row);
  }
  return found;
}

}  // namespace

ServedLists served_lists(const ListModel& model, std::span<const uint32_t> rows, size_t depth, bool drop_seen,
                         std::span<const ServedOrder> orders) {
  const bool by_label =
      std::ranges::any_of(orders, [](const ServedOrder& one) { return one.order != ListOrder::score; });
  ListMaker maker(model, depth, drop_seen, by_label);
  ServedLists served;
  const QueryRows asked = some_queries(model.data, rows, maker.most_queries(), served.rows);
  const auto last = static_cast<uint32_t>(model.retriever.items());
  served.queries = asked.queries;
  served.places.assign(orders.size(), std::vector<Rank>(served.rows.size(), Rank{last, 0, true}));
  std::vector<uint32_t> items, places;
  for (size_t begin = 0; begin < asked.queries.size(); begin += kQueriesABlock) {
    const size_t count = std::min(kQueriesABlock, asked.queries.size() - begin);
    maker.find(std::span(asked.queries).subspan(begin, count));
    for (size_t q = 0; q < count; ++q) {
      served.lists.add(maker.items(q, orders[0], depth));
      const std::vector<uint32_t>& own = asked.rows[begin + q];
      items.clear();
      for (uint32_t at : own)
        items.push_back(model.data.item_of_candidate[model.data.candidate_of_row[served.rows[at]]]);
      places.resize(items.size());
      for (size_t o = 0; o < orders.size(); ++o) {
        maker.places(q, orders[o], items, places);
        for (size_t i = 0; i < own.size(); ++i)
          if (places[i] != UINT32_MAX) served.places[o][own[i]] = {places[i], 0};
      }
    }
  }
  return served;
}

}  // namespace shortlist
