#include "shortlist/python/losses.h"

#include <nanobind/stl/string.h>

#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/losses/log_share.h"
#include "shortlist/losses/ranking_losses.h"
#include "shortlist/losses/retrieval_losses.h"
#include "shortlist/python/arrays.h"
#include "shortlist/python/values.h"

namespace shortlist::python {
namespace {

using Floats = VectorArgument<float>;
using Indices = VectorArgument<uint32_t>;

struct RankingSettings {
  RankingLoss loss;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("loss", loss.kind, "");
    loss.fields(visit);
  }
};

struct RetrievalSettings {
  RetrievalLoss loss;
  Reduction reduction = Reduction::sum;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("loss", loss.kind, "");
    loss.fields(visit);
    visit("reduction", reduction, "");
  }
};

template <typename Settings>
Settings read(const Dict& values) {
  Settings settings;
  read_fields(to_value(values), settings, {"", ""});
  return settings;
}

std::vector<uint32_t> numbers(size_t count) {
  std::vector<uint32_t> all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// The matrix of a gradient, without data if there is no memory.
Matrix gradient_view(std::vector<float>& memory, size_t rows, size_t columns) {
  return {memory.empty() ? nullptr : memory.data(), rows, columns, columns};
}

nb::object gradient_array(std::vector<float> gradient, size_t columns = 0) {
  return gradient.empty() ? nb::object(nb::none()) : array_of(std::move(gradient), columns);
}

// The loss, and its gradient by the scores or None.
Tuple ranking_loss(const Dict& settings, const Floats& labels, const Floats& scores, const Floats& weights,
                   const Indices& groups, bool gradient) {
  const RankingLoss chosen = read<RankingSettings>(settings).loss;
  const size_t rows = labels.size(), width = rows == 0 ? 1 : scores.size() / rows;
  SHORTLIST_CHECK(scores.size() == rows * width && (weights.size() == 0 || weights.size() == rows));
  SHORTLIST_CHECK(groups.size() == 0 || view(groups).back() == rows);
  const LossPtr loss = chosen.make();
  std::vector<float> dscores(gradient ? rows * width : 0);
  double value = 0;
  {
    const nb::gil_scoped_release released;
    const std::vector<uint32_t> all = numbers(rows);
    ThreadPool pool(1);
    value = loss->run(pool,
                      {.rows = rows,
                       .scores = {{scores.data(), rows, width, width}, gradient_view(dscores, rows, width)},
                       .labels = {view(labels), all},
                       .weights = {view(weights), all},
                       .rows_of_group = {view(groups), all}},
                      1);
  }
  return nb::make_tuple(value, gradient_array(std::move(dscores)));
}

// The loss, and its gradients by the queries and the candidates, or None. Row r has the query r and the
// candidate candidate_of_row[r]. `item` and the excluded candidates of each row may be empty.
Tuple retrieval_loss(const Dict& settings, const MatrixArgument<float>& queries,
                     const MatrixArgument<float>& candidates, const Indices& candidate_of_row,
                     const Floats& multiplicity, const VectorArgument<double>& probability,
                     const Floats& weights, const Indices& item, const Indices& excluded_offsets,
                     const Indices& excluded, bool gradient, int threads) {
  const size_t rows = queries.shape(0), count = candidates.shape(0);
  const size_t query_width = queries.shape(1), width = candidates.shape(1);
  SHORTLIST_CHECK(width > 0 && query_width % width == 0 && candidate_of_row.size() == rows);
  SHORTLIST_CHECK(item.size() == 0 || item.size() == count);
  SHORTLIST_CHECK(excluded_offsets.size() == 0 || excluded_offsets.size() == rows + 1);
  for (uint32_t candidate : view(excluded)) SHORTLIST_CHECK(candidate < count);
  SHORTLIST_CHECK(multiplicity.size() == count && weights.size() == rows);
  SHORTLIST_CHECK(probability.size() == 0 || probability.size() == count);
  for (uint32_t candidate : view(candidate_of_row)) SHORTLIST_CHECK(candidate < count);
  const auto read_settings = read<RetrievalSettings>(settings);
  const LossPtr loss = read_settings.loss.make({.reduction = read_settings.reduction});
  std::vector<float> dqueries(gradient ? rows * query_width : 0), dcandidates(gradient ? count * width : 0);
  double value = 0;
  {
    const nb::gil_scoped_release released;
    std::vector<float> shares;
    for (double share : view(probability)) shares.push_back(log_share(share));
    const std::vector<uint32_t> offsets = numbers(rows + 1);
    ThreadPool pool(threads);
    value = loss->run(pool,
                      {.rows = rows,
                       .queries = {view(queries), gradient_view(dqueries, rows, query_width)},
                       .candidates = {view(candidates), gradient_view(dcandidates, count, width)},
                       .candidate_multiplicity = view(multiplicity),
                       .candidate_log_share = shares,
                       .pairs_of_query = {offsets, std::span(offsets).first(rows)},
                       .pair_candidate = view(candidate_of_row),
                       .pair_weight = view(weights),
                       .candidate_item = view(item),
                       .excluded_of_query = {view(excluded_offsets), view(excluded)}},
                      1);
  }
  return nb::make_tuple(value, gradient_array(std::move(dqueries), query_width),
                        gradient_array(std::move(dcandidates), width));
}

}  // namespace

void bind_losses(nb::module_& module) {
  using namespace nb::literals;
  module.def(
      "ranking_loss", &ranking_loss, "settings"_a, "y_true"_a, "y_pred"_a, "weight"_a, "groups"_a,
      "gradient"_a,
      nb::sig(
          "def ranking_loss(settings: dict[str, typing.Any], y_true: numpy.typing.NDArray[numpy.float32], "
          "y_pred: numpy.typing.NDArray[numpy.float32], "
          "weight: numpy.typing.NDArray[numpy.float32], groups: numpy.typing.NDArray[numpy.uint32], "
          "gradient: bool) -> tuple[float, typing.Any]"));
  module.def(
      "retrieval_loss", &retrieval_loss, "settings"_a, "queries"_a, "candidates"_a, "candidate_of_row"_a,
      "multiplicity"_a, "probability"_a, "weight"_a, "item"_a, "excluded_offsets"_a, "excluded"_a,
      "gradient"_a, "threads"_a,
      nb::sig(
          "def retrieval_loss(settings: dict[str, typing.Any], queries: numpy.typing.NDArray[numpy.float32], "
          "candidates: numpy.typing.NDArray[numpy.float32], "
          "candidate_of_row: numpy.typing.NDArray[numpy.uint32], "
          "multiplicity: numpy.typing.NDArray[numpy.float32], "
          "probability: numpy.typing.NDArray[numpy.float64], "
          "weight: numpy.typing.NDArray[numpy.float32], "
          "item: numpy.typing.NDArray[numpy.uint32], "
          "excluded_offsets: numpy.typing.NDArray[numpy.uint32], "
          "excluded: numpy.typing.NDArray[numpy.uint32], gradient: bool, "
          "threads: int) -> tuple[float, typing.Any, typing.Any]"));
}

}  // namespace shortlist::python
