#include "shortlist/recommend/list_plan.h"

#include <algorithm>

#include "shortlist/recommend/list_order.h"

namespace shortlist {
namespace {

// Bundles of older versions are ordered by the predicted label.
ServedOrder order_of(const Bundle& bundle) {
  if (bundle.spec.labels.empty()) return {ListOrder::score, 0};
  if (!bundle.retriever->has_scores()) return {ListOrder::predicted, 1};
  return bundle.order.value_or(ServedOrder{ListOrder::predicted, 1});
}

}  // namespace

void check_options(const RecommendOptions& options, const Bundle& bundle, size_t queries) {
  if (options.k < 1) throw usage_error("k = {}: needs to be at least 1", options.k);
  if (options.offset < 0) throw usage_error("offset = {}: needs to be at least 0", options.offset);
  if (options.retrieve != 0 && options.retrieve - options.offset < options.k) {
    throw usage_error("retrieve = {}: needs to be at least {} = {}", options.retrieve,
                      options.offset == 0 ? "k" : "offset + k", int64_t{options.offset} + options.k);
  }
  if (options.blend && !(*options.blend >= 0 && *options.blend <= 1))
    throw usage_error("blend = {}: needs to be from 0 to 1", *options.blend);
  if (!options.exclude_each.empty() && options.exclude_each.size() != queries)
    throw usage_error("exclude_each has {} lists for {} queries", options.exclude_each.size(), queries);
  const ListOrder order = options.order.value_or(ListOrder::chosen);
  if ((order == ListOrder::predicted || order == ListOrder::blend) && bundle.spec.labels.empty())
    throw usage_error("order = {}: the model has no [[ranking]] task, so it predicts nothing",
                      enum_name(order));
  if ((order == ListOrder::score || order == ListOrder::blend) && !bundle.retriever->has_scores())
    throw usage_error("order = {}: the model has no [retrieval] task, so it has no scores", enum_name(order));
}

ListPlan plan_list(const RecommendOptions& options, const Bundle& bundle) {
  const ServedOrder own = order_of(bundle);
  const bool chosen = !options.order || *options.order == ListOrder::chosen;
  const size_t offset = static_cast<size_t>(options.offset), end = offset + static_cast<size_t>(options.k);
  ListPlan plan{chosen ? own.order : *options.order,
                options.blend.value_or(own.order == ListOrder::blend ? own.blend : bundle.spec.lists.blend),
                offset, end, end - offset};
  if (plan.order == ListOrder::score) return plan;
  plan.begin = 0;
  plan.end = plan.block = bundle.items.ids.size();
  if (!bundle.retriever->has_scores()) return plan;
  const auto block = static_cast<size_t>(bundle.spec.lists.candidates);
  plan.end = options.candidates(block);
  plan.begin = options.retrieve > 0 ? 0 : offset / block * block;
  plan.block = options.retrieve > 0 ? plan.end : block;
  return plan;
}

std::vector<Recommendation> page_of(std::vector<Recommendation> candidates, const ListPlan& list,
                                    const RecommendOptions& options) {
  std::vector<Recommendation> ordered;
  std::vector<float> scores, predictions;
  for (const Recommendation& candidate : candidates) {
    scores.push_back(candidate.score);
    if (!candidate.predictions.empty()) predictions.push_back(candidate.predictions[0]);
  }
  for (size_t begin = 0; begin < candidates.size(); begin += list.block) {
    const size_t count = std::min(list.block, candidates.size() - begin);
    const auto part = [&](const std::vector<float>& of) {
      return of.empty() ? std::span<const float>() : std::span(of).subspan(begin, count);
    };
    for (uint32_t i : order_block(part(scores), part(predictions), list.order, list.blend))
      ordered.push_back(std::move(candidates[begin + i]));
  }
  const size_t skip = std::min(ordered.size(), static_cast<size_t>(options.offset) - list.begin);
  ordered.erase(ordered.begin(), ordered.begin() + static_cast<std::ptrdiff_t>(skip));
  ordered.resize(std::min(ordered.size(), static_cast<size_t>(options.k)));
  return ordered;
}

}  // namespace shortlist
