#include "shortlist/layers/layer_kinds.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/layers/batch_norm.h"
#include "shortlist/layers/causal_attention.h"
#include "shortlist/layers/combine.h"
#include "shortlist/layers/cross.h"
#include "shortlist/layers/dropout.h"
#include "shortlist/layers/gru.h"
#include "shortlist/layers/layer_norm.h"
#include "shortlist/layers/position.h"
#include "shortlist/layers/running_mean.h"

namespace shortlist {
namespace {

template <typename L>
constexpr LayerKind make_kind(const char* help) {
  return {L::kKind, help,
          [](const Value& value, const Where& where) -> LayerPtr {
            auto layer = std::make_shared<L>();
            read_fields(value, *layer, where);
            return layer;
          },
          [] { return describe_fields(L()); }};
}

// To add a layer, add a line here.
constexpr LayerKind kKinds[] = {
    make_kind<Dense>("Dense layer: activation(x W + b)"),
    make_kind<Cross>("Feature cross of DCN-v2: x0 * (x W + b) + x"),
    make_kind<BatchNorm>("Normalises each column over the batch"),
    make_kind<Dropout>("Drops random elements in training"),
    make_kind<Concat>("Concatenation of the inputs"),
    make_kind<Add>("Sum of the inputs"),
    make_kind<Multiply>("Elementwise product of the inputs"),
    make_kind<DotInteraction>("Dot products of each pair of inputs, as in DLRM"),
    make_kind<L2Normalize>("Scales each row to length 1"),
    make_kind<LayerNorm>("Normalises each row: its mean becomes 0 and its variance 1"),
    make_kind<RunningMean>("Along a history: the mean of the events so far"),
    make_kind<Gru>("Along a history: gated recurrent unit, as in GRU4Rec"),
    make_kind<Position>("Along a history: adds a learned vector for each position"),
    make_kind<CausalAttention>(
        "Along a history: attention of each event to those before it and itself. Its inputs are queries, "
        "keys and values, or one layer that is three times as wide"),
    make_kind<Activate>("An activation as a layer of its own"),
};

}  // namespace

std::span<const LayerKind> layer_kinds() { return kKinds; }

LayerPtr read_layer(const Value& value, const Where& where, const std::vector<std::string>& also_known) {
  const Value::Table* table = value.table();
  if (table == nullptr)
    throw where.error(value, "got " + value.describe() + ", need a layer such as { dense = 32 }");
  std::vector<std::string> names;
  for (const LayerKind& kind : kKinds) names.push_back(kind.name);
  for (const LayerKind& kind : kKinds) {
    // "activation" is a layer only if no other kind is named.
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

}  // namespace shortlist
