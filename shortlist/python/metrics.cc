#include "shortlist/python/metrics.h"

#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "shortlist/base/error.h"
#include "shortlist/metrics/bootstrap.h"
#include "shortlist/metrics/catalogue_metrics.h"
#include "shortlist/metrics/group_metrics.h"
#include "shortlist/metrics/query_scores.h"
#include "shortlist/metrics/rank_pairs.h"
#include "shortlist/metrics/rating_metrics.h"
#include "shortlist/metrics/user_metrics.h"
#include "shortlist/python/arrays.h"

namespace shortlist::python {
namespace {

using Floats = VectorArgument<float>;
using Indices = VectorArgument<uint32_t>;
using Flags = VectorArgument<bool>;
using FlagMatrix = MatrixArgument<bool>;

using Figures = nb::typed<nb::dict, nb::str, nb::float_>;

Figures to_dict(const Metrics& figures) {
  Figures dict;
  for (const auto& [name, value] : figures) dict[name.c_str()] = value;
  return dict;
}

Predictions predictions_of(const Floats& label, const Floats& prediction, const Floats& weight) {
  SHORTLIST_CHECK(prediction.size() == label.size());
  SHORTLIST_CHECK(weight.size() == 0 || weight.size() == label.size());
  return {view(prediction), view(label), view(weight)};
}

Figures error_figures(const Floats& label, const Floats& prediction, const Floats& weight) {
  const Predictions rows = predictions_of(label, prediction, weight);
  ErrorMetrics errors;
  for (size_t row = 0; row < rows.rows(); ++row)
    errors.add(rows.prediction[row], rows.label[row], rows.weight_of(row));
  return to_dict(errors.figures());
}

// `user` is empty or has one entry per row.
Figures all_rating_figures(const Floats& label, const Floats& prediction, const Floats& weight,
                           const Indices& user) {
  SHORTLIST_CHECK(user.size() == 0 || user.size() == label.size());
  Predictions rows = predictions_of(label, prediction, weight);
  rows.user = view(user);
  return to_dict(rating_figures(rows));
}

Figures figures_of_groups(const Floats& label, const Floats& prediction, const Floats& weight,
                          const Indices& group, const std::vector<int>& ks, bool exponential) {
  SHORTLIST_CHECK(group.size() == label.size() && std::ranges::all_of(ks, [](int k) { return k > 0; }));
  return to_dict(group_figures(predictions_of(label, prediction, weight), view(group), ks, exponential));
}

// Lists of items below `catalogue`. List l has the items from offsets[l] on.
ItemLists lists_of(const Indices& items, const std::vector<size_t>& offsets, size_t catalogue) {
  SHORTLIST_CHECK(!offsets.empty() && offsets[0] == 0 && offsets.back() == items.size());
  SHORTLIST_CHECK(std::ranges::is_sorted(offsets));
  SHORTLIST_CHECK(std::ranges::all_of(view(items), [&](uint32_t item) { return item < catalogue; }));
  return {offsets, {view(items).begin(), view(items).end()}};
}

double coverage_of(const Indices& items, const std::vector<size_t>& offsets, size_t k, size_t catalogue) {
  return coverage(lists_of(items, offsets, catalogue), k, catalogue);
}
double gini_of(const Indices& items, const std::vector<size_t>& offsets, size_t k, size_t catalogue) {
  return gini(lists_of(items, offsets, catalogue), k, catalogue);
}
double novelty_of(const Indices& items, const std::vector<size_t>& offsets, size_t k,
                  const VectorArgument<double>& weight) {
  return novelty(lists_of(items, offsets, weight.size()), k, view(weight));
}
double diversity_of(const Indices& items, const std::vector<size_t>& offsets, size_t k,
                    const MatrixArgument<float>& vectors) {
  return vector_diversity(lists_of(items, offsets, vectors.shape(0)), k, view(vectors));
}

// greater, equal and absent of each row.
using RankArrays = nb::typed<nb::tuple, nb::any, nb::any, nb::any>;
RankArrays arrays_of(const std::vector<Rank>& ranks) {
  std::vector<uint32_t> greater, equal;
  std::vector<uint8_t> absent;
  for (const Rank& rank : ranks) {
    greater.push_back(rank.greater);
    equal.push_back(rank.equal);
    absent.push_back(rank.absent);
  }
  return nb::make_tuple(array_of(std::move(greater)), array_of(std::move(equal)),
                        array_of(std::move(absent)).attr("view")("bool"));
}

std::vector<Rank> ranks_of(const Indices& greater, const Indices& equal, const Flags& absent) {
  SHORTLIST_CHECK(equal.size() == greater.size() && absent.size() == greater.size());
  std::vector<Rank> ranks(greater.size());
  for (size_t row = 0; row < ranks.size(); ++row)
    ranks[row] = {view(greater)[row], view(equal)[row], view(absent)[row]};
  return ranks;
}

nb::ndarray<nb::numpy, int64_t, nb::ndim<1>> positions(const Indices& greater, const Indices& equal,
                                                       const Flags& absent) {
  std::vector<int64_t> positions;
  for (const Rank& rank : ranks_of(greater, equal, absent))
    positions.push_back(static_cast<int64_t>(rank.position()));
  return nb::cast<nb::ndarray<nb::numpy, int64_t, nb::ndim<1>>>(array_of(std::move(positions)));
}

// The items that a row's list leaves out, ascending. An empty mask allows all.
void masked_items(const FlagMatrix& mask, size_t row, std::vector<uint32_t>& items) {
  items.clear();
  if (mask.size() == 0) return;
  const bool* allowed = mask.data() + row * mask.shape(1);
  for (uint32_t item = 0; item < mask.shape(1); ++item)
    if (!allowed[item]) items.push_back(item);
}

// Ranks pair p, the item item[p] of the row row[p], by the scores of the row. `row` is ascending.
RankArrays ranks(const MatrixArgument<float>& scores, const Indices& row, const Indices& item,
                 const FlagMatrix& mask) {
  SHORTLIST_CHECK(row.size() == item.size() && std::ranges::is_sorted(view(row)));
  SHORTLIST_CHECK(row.size() == 0 || view(row).back() < scores.shape(0));
  SHORTLIST_CHECK(mask.size() == 0 || (mask.shape(0) == scores.shape(0) && mask.shape(1) == scores.shape(1)));
  std::vector<Rank> found(row.size());
  {
    const nb::gil_scoped_release released;
    const ConstMatrix all = view(scores);
    std::vector<uint32_t> masked;
    for (size_t begin = 0; begin < found.size();) {
      const uint32_t r = view(row)[begin];
      masked_items(mask, r, masked);
      const QueryScores of_row({all.row(r), all.cols}, masked);
      for (; begin < found.size() && view(row)[begin] == r; ++begin)
        found[begin] = of_row.rank(view(item)[begin]).unseen;
    }
  }
  return arrays_of(found);
}

// Ranks the item item[r] of row r by the products of the row's query with all items.
RankArrays factorized_ranks(const MatrixArgument<float>& queries, const MatrixArgument<float>& items,
                            const Indices& item, const FlagMatrix& mask, int threads) {
  SHORTLIST_CHECK(item.size() == queries.shape(0) && queries.shape(1) == items.shape(1));
  SHORTLIST_CHECK(mask.size() == 0 || (mask.shape(0) == queries.shape(0) && mask.shape(1) == items.shape(0)));
  PairRanks found;
  {
    const nb::gil_scoped_release released;
    std::vector<uint32_t> offsets(item.size() + 1);
    std::iota(offsets.begin(), offsets.end(), 0);
    const std::span<const uint32_t> rows = std::span(offsets).first(item.size());
    SeenItems masked{{0}, {}};
    std::vector<uint32_t> of_row;
    for (size_t row = 0; row < item.size(); ++row) {
      masked_items(mask, row, of_row);
      masked.items.insert(masked.items.end(), of_row.begin(), of_row.end());
      masked.end_user();
    }
    ThreadPool pool(threads);
    found = PairRanker().rank(pool, {.queries = view(queries),
                                     .items = view(items),
                                     .offsets = offsets,
                                     .pairs = rows,
                                     .item_of_pair = view(item),
                                     .user_of_query = rows,
                                     .seen = mask.size() == 0 ? nullptr : &masked});
  }
  return arrays_of(mask.size() == 0 ? found.all : found.unseen);
}

void check_ks(const std::vector<int>& ks) {
  SHORTLIST_CHECK(std::ranges::all_of(ks, [](int k) { return k > 0; }));
}

Figures rank_figures(const Indices& greater, const Indices& equal, const Flags& absent,
                     const std::vector<int>& ks, const Floats& weight) {
  check_ks(ks);
  SHORTLIST_CHECK(weight.size() == 0 || weight.size() == greater.size());
  const std::vector<Rank> ranks = ranks_of(greater, equal, absent);
  RankMetrics metrics(ks);
  for (size_t row = 0; row < ranks.size(); ++row)
    metrics.add(ranks[row], weight.size() == 0 ? 1.0 : view(weight)[row]);
  return to_dict(metrics.figures());
}

Figures figures_by_user(const Indices& greater, const Indices& equal, const Flags& absent,
                        const Indices& user, const Indices& query, const Indices& item,
                        const std::vector<int>& ks, const Floats& weight, size_t catalogue) {
  check_ks(ks);
  const size_t rows = greater.size();
  SHORTLIST_CHECK(user.size() == rows && query.size() == rows && item.size() == rows);
  SHORTLIST_CHECK(weight.size() == 0 || weight.size() == rows);
  const Observations observed{.rows = rows,
                              .query = view(query),
                              .candidate = view(item),
                              .user = view(user),
                              .label = {},
                              .weight = view(weight)};
  const ListItems items{catalogue};
  return to_dict(
      user_figures(observed, ranks_of(greater, equal, absent), ks, catalogue > 0 ? &items : nullptr));
}

// The interval of the weighted mean of `values`, or of its difference from that of `minus` unless that is
// empty.
std::pair<double, double> mean_interval(const VectorArgument<double>& values,
                                        const VectorArgument<double>& minus, const Floats& weight,
                                        bool square_root, uint64_t seed) {
  SHORTLIST_CHECK(minus.size() == 0 || minus.size() == values.size());
  SHORTLIST_CHECK(weight.size() == 0 || weight.size() == values.size());
  Interval interval;
  {
    const nb::gil_scoped_release released;
    const Transform transform = square_root ? Transform::square_root : Transform::none;
    Bootstrap bootstrap(values.size(), view(weight));
    const size_t mean = bootstrap.add_mean([&](size_t row) { return view(values)[row]; }, transform);
    const size_t other = minus.size() == 0
                             ? mean
                             : bootstrap.add_mean([&](size_t row) { return view(minus)[row]; }, transform);
    bootstrap.resample(RandomStream(seed, "bootstrap"));
    interval = minus.size() == 0 ? bootstrap.interval(mean) : bootstrap.difference(mean, other);
  }
  return {interval.low, interval.high};
}

}  // namespace

void bind_metrics(nb::module_& module) {
  using namespace nb::literals;
  module.def("error_figures", &error_figures, "y_true"_a, "y_pred"_a, "weight"_a);
  module.def("rating_figures", &all_rating_figures, "y_true"_a, "y_pred"_a, "weight"_a, "user"_a);
  module.def("group_figures", &figures_of_groups, "y_true"_a, "y_pred"_a, "weight"_a, "group"_a, "ks"_a,
             "exponential"_a);
  module.def("coverage", &coverage_of, "items"_a, "offsets"_a, "k"_a, "catalogue"_a);
  module.def("gini", &gini_of, "items"_a, "offsets"_a, "k"_a, "catalogue"_a);
  module.def("novelty", &novelty_of, "items"_a, "offsets"_a, "k"_a, "weight"_a);
  module.def("diversity", &diversity_of, "items"_a, "offsets"_a, "k"_a, "vectors"_a);
  module.def("ranks", &ranks, "scores"_a, "row"_a, "item"_a, "mask"_a);
  module.def("factorized_ranks", &factorized_ranks, "queries"_a, "items"_a, "item"_a, "mask"_a, "threads"_a);
  module.def("positions", &positions, "greater"_a, "equal"_a, "absent"_a);
  module.def("rank_figures", &rank_figures, "greater"_a, "equal"_a, "absent"_a, "ks"_a, "weight"_a);
  module.def("user_figures", &figures_by_user, "greater"_a, "equal"_a, "absent"_a, "user"_a, "query"_a,
             "item"_a, "ks"_a, "weight"_a, "catalogue"_a);
  module.def("mean_interval", &mean_interval, "values"_a, "minus"_a, "weight"_a, "square_root"_a, "seed"_a);
}

}  // namespace shortlist::python
