#include "shortlist/layers/layer.h"

#include <fmt/ranges.h>

#include "shortlist/layers/batch_norm.h"
#include "shortlist/layers/combine.h"
#include "shortlist/layers/cross.h"
#include "shortlist/layers/dropout.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

template <typename L>
constexpr LayerKind make_kind(const char* name, const char* help) {
  return {name, help,
          [](const Value& value, const Where& where) -> LayerPtr {
            auto layer = std::make_shared<L>();
            read_fields(value, *layer, where);
            return layer;
          },
          [] { return document_fields(L()); }};
}

// A new layer takes a line here.
constexpr LayerKind kKinds[] = {
    make_kind<Dense>("dense", "activation(x W + b)"),
    make_kind<Cross>("cross", "feature cross of DCN-v2: x0 * (x W + b) + x"),
    make_kind<BatchNorm>("batch_norm", "normalises each column over the batch"),
    make_kind<Dropout>("dropout", "drops elements in training"),
    make_kind<Concat>("concat", "inputs side by side"),
    make_kind<Add>("add", "sum of inputs"),
    make_kind<Multiply>("multiply", "elementwise product of inputs"),
    make_kind<DotInteraction>("dot_interaction", "dot products of each pair of inputs, as in DLRM"),
    make_kind<L2Normalize>("l2_normalize", "rows scaled to length 1"),
    make_kind<Activate>("activation", "an activation by itself"),
};

}  // namespace

std::span<const LayerKind> layer_kinds() { return kKinds; }

void ParameterState::make_gradient() {
  if (!spec.trainable || spec.table) return;
  gradient_memory = Buffer(spec.rows, spec.cols);
  gradient = gradient_memory.view(spec.rows, spec.cols);
  if (!spec.halves) return;
  second_memory = Buffer(spec.rows, spec.cols);
  second_gradient = second_memory.view(spec.rows, spec.cols);
}

void ParameterState::pack_rows(RowRange range, bool backward) {
  packed.pack_rows(value.slice(range.begin, range.end), range.begin);
  constexpr size_t kWidth = Panels::kPanelColumns;
  if (backward)
    packed_transposed.pack_transposed(value, range.begin / kWidth, chunk_count(range.end, kWidth));
}

size_t Layer::multiply_adds(const Pass& pass) const {
  size_t sum = 0;
  for (const ParameterState* parameter : pass.parameters) {
    if (parameter->spec.packed) sum += parameter->spec.rows * parameter->spec.cols;
  }
  return sum;
}

LayerPtr read_layer(const Value& value, const Where& where, const std::vector<std::string>& also_known) {
  const Value::Table* table = value.table();
  if (table == nullptr)
    throw where.error(value, "got " + value.describe() + ", need a layer such as { dense = 32 }");
  std::vector<std::string> names;
  for (const LayerKind& kind : kKinds) names.push_back(kind.name);
  for (const LayerKind& kind : kKinds) {
    // "activation" is a layer of its own only when no other kind is named.
    if (value.find(kind.name) == nullptr) continue;
    Value own = value;
    std::erase_if(*std::get_if<Value::Table>(&own.data), [&](const auto& entry) {
      return std::find(also_known.begin(), also_known.end(), entry.first) != also_known.end();
    });
    return kind.read(own, where);
  }
  std::string got;
  for (const auto& [key, entry] : *table) {
    if (std::find(also_known.begin(), also_known.end(), key) == also_known.end()) {
      got = key;
      break;
    }
  }
  const std::string near = nearest(got, names);
  throw where.error(value, fmt::format("got '{}', need a layer, one of {}{}", got, fmt::join(names, ", "),
                                       near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
}

namespace {

// Whole tiles of the product, for about a tenth of a millisecond of work; a few at least, since each task
// reads all of dy. Other precisions want more rows, since each task rounds it too.
size_t gradient_rows_a_task(const Operand& dy, Precision precision) {
  if (precision != Precision::float32) return 256;
  constexpr size_t kMultiplyAddsATask = 12'000'000, kTileRows = 12, kFewestTiles = 4, kMostTiles = 8;
  const size_t a_tile = std::max<size_t>(1, dy.rows() / 2 * dy.cols() * kTileRows);
  return kTileRows * std::clamp<size_t>(kMultiplyAddsATask / a_tile, kFewestTiles, kMostTiles);
}

}  // namespace

size_t ProductGradient::tasks() const {
  return 2 *
         (chunk_count(x.cols(), gradient_rows_a_task(dy, weight->packed.precision())) + (bias != nullptr));
}

void ProductGradient::write(size_t task) const {
  const Precision precision = weight->packed.precision();
  const size_t rows_a_task = gradient_rows_a_task(dy, precision), half = tasks() / 2;
  const bool second = task >= half;
  const RowRange part = half_of_rows(x.rows(), second);
  const auto gradient = [&](const ParameterState* of) { return second ? of->second_gradient : of->gradient; };
  task %= half;
  if (task == chunk_count(x.cols(), rows_a_task)) {
    const std::span<float> sums = gradient(bias).row_span(0);
    return dy.rounded() ? sum_rounded_columns(rows_of(dy, part), sums)
                        : column_sums(rows_of(dy.matrix, part), {}, 0, dy.cols(), sums);
  }
  const RowRange rows = chunk_rows(x.cols(), rows_a_task, task);
  multiply_transposed(rows_of(x, part).columns(rows.begin, rows.size()), rows_of(dy, part),
                      rows_of(gradient(weight), rows), false, precision);
}

void expect_inputs(std::span<const int> widths, size_t count) {
  if (widths.size() != count) throw usage_error("got {} inputs, need {}", widths.size(), count);
}

}  // namespace shortlist
