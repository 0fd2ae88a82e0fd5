#include "shortlist/interop/onnx/onnx_features.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "shortlist/features/categories.h"
#include "shortlist/features/category.h"
#include "shortlist/features/crossed.h"
#include "shortlist/features/hashed.h"
#include "shortlist/features/history.h"
#include "shortlist/features/number.h"
#include "shortlist/features/text.h"
#include "shortlist/features/time.h"
#include "shortlist/features/vector.h"
#include "shortlist/interop/onnx/onnx_layers.h"

namespace shortlist {
namespace {

using nlohmann::json;

constexpr const char* kMlDomain = "ai.onnx.ml";
constexpr const char* kRows = "rows";
constexpr int64_t kNone = -1;

// A feature that is being added to a graph.
struct Request {
  OnnxGraph& graph;
  const FeatureMap::Entry& entry;
  json fitted;  // Feature::to_json()

  const Feature& feature() const { return *entry.feature; }
  template <typename Settings>
  Settings settings() const {
    return load_settings<Settings>(fitted.at("settings"));
  }
};

std::string add_input(const Request& request, OnnxType type, const OnnxShape& shape, const char* feed,
                      json missing, OnnxFeature& out) {
  json extents = json::array();
  for (const OnnxExtent& extent : shape) {
    std::visit([&](const auto& value) { extents.push_back(value); }, extent);
  }
  out.input = {{"name", request.entry.name},     {"column", request.entry.column},
               {"kind", request.fitted["kind"]}, {"type", onnx_type_name(type)},
               {"shape", std::move(extents)},    {"feed", feed},
               {"missing", std::move(missing)},  {"settings", request.fitted["settings"]}};
  return request.graph.input(request.entry.name, type, shape);
}

// As many values as the longest row has.
OnnxShape bag_shape(const Request& request) { return {kRows, request.entry.name + "_values"}; }

// Strings and their ids.
struct Lookup {
  std::vector<std::string> keys;
  std::vector<int64_t> ids;
  int64_t other = kNone;

  Lookup() = default;
  // The vocabulary's `count` tokens, whose ids begin at `first`.
  Lookup(const Feature& feature, int32_t first, size_t count, int64_t other_id) : other(other_id) {
    for (size_t i = 0; i < count; ++i) {
      ids.push_back(first + static_cast<int64_t>(i));
      keys.push_back(feature.token(static_cast<int32_t>(ids.back())));
    }
  }
  bool has(std::string_view key) const { return std::ranges::find(keys, key) != keys.end(); }
  // Does nothing if the key exists.
  void add(std::string key, int64_t id) {
    if (has(key)) return;
    keys.push_back(std::move(key));
    ids.push_back(id);
  }
};

std::string add_lookup(OnnxGraph& graph, const std::string& strings, const Lookup& lookup) {
  return graph.add(
      "LabelEncoder", {strings},
      {{"keys_strings", lookup.keys}, {"values_int64s", lookup.ids}, {"default_int64", lookup.other}},
      kMlDomain);
}

// The id of a missing value, or null if missing values are not allowed.
json missing_id(MissingValue missing, int64_t unseen, int64_t token) {
  switch (missing) {
    case MissingValue::oov:
      return unseen;
    case MissingValue::token:
      return token;
    case MissingValue::empty:
      return kNone;
    case MissingValue::error:
      break;
  }
  return nullptr;
}

// For ids that the caller computes: ONNX has no hashing operator.
OnnxFeature add_ids(const Request& request, bool bags, json missing) {
  OnnxFeature out{.bags = bags};
  out.value = add_input(
      request, OnnxType::int64, bags ? bag_shape(request) : OnnxShape{kRows},
      bags ? "the ids of the values; rows are padded with -1" : "the id of the value; -1 means none",
      std::move(missing), out);
  return out;
}

// For a vocabulary that hashes unseen values: the input's description lists its tokens.
OnnxFeature add_ids_of_tokens(const Request& request, bool bags, json missing, int32_t first_id) {
  OnnxFeature out = add_ids(request, bags, std::move(missing));
  out.input["tokens"] = request.fitted["tokens"];
  out.input["first_id"] = first_id;
  return out;
}

OnnxFeature add_category(const Request& request) {
  const auto settings = request.settings<CategorySettings>();
  const size_t tokens = request.fitted.at("tokens").size();
  const int64_t unseen = settings.oov_buckets > 0 ? 0 : kNone;
  const json missing =
      missing_id(settings.missing, unseen, settings.oov_buckets + static_cast<int64_t>(tokens));
  if (settings.oov_buckets > 1) return add_ids_of_tokens(request, false, missing, settings.oov_buckets);
  Lookup lookup(request.feature(), settings.oov_buckets, tokens, unseen);
  json missing_key;
  if (!missing.is_null()) {
    missing_key = lookup.has("") ? kMissingToken : "";
    lookup.add(missing_key, missing);
  }
  OnnxFeature out;
  out.value =
      add_input(request, OnnxType::string, {kRows}, "the value; a number as decimal text", missing_key, out);
  out.value = add_lookup(request.graph, out.value, lookup);
  return out;
}

OnnxFeature add_categories(const Request& request) {
  const auto settings = request.settings<CategoriesSettings>();
  if (settings.weights)
    throw usage_error("feature '{}': values with weights cannot be exported to ONNX", request.entry.name);
  const size_t tokens = request.fitted.at("tokens").size();
  const int64_t unseen = settings.oov_buckets > 0 ? 0 : kNone;
  const json missing =
      missing_id(settings.missing, unseen, settings.oov_buckets + static_cast<int64_t>(tokens));
  if (settings.oov_buckets > 1) return add_ids_of_tokens(request, true, missing, settings.oov_buckets);
  Lookup lookup(request.feature(), settings.oov_buckets, tokens, unseen);
  lookup.add("", kNone);
  json missing_key;
  if (!missing.is_null()) {
    missing_key = missing == kNone ? "" : kMissingToken;
    if (missing != kNone) lookup.add(missing_key, missing);
  }
  OnnxFeature out{.bags = true};
  out.value = add_input(request, OnnxType::string, bag_shape(request),
                        "the values without surrounding blanks; rows are padded with \"\"", missing_key, out);
  out.value = add_lookup(request.graph, out.value, lookup);
  return out;
}

OnnxFeature add_hashed(const Request& request) {
  const auto settings = request.settings<HashedSettings>();
  if (settings.hashes.value_or(1) > 1)
    throw usage_error("feature '{}': several hashes cannot be exported to ONNX", request.entry.name);
  return add_ids(request, false, missing_id(settings.missing, 0, settings.buckets));
}

OnnxFeature add_crossed(const Request& request) {
  const auto settings = request.settings<CrossedSettings>();
  return add_ids(request, false, missing_id(settings.missing, 0, settings.buckets));
}

// The ids of the items' feature, from the ids of the items: the last of them, if there are too many.
OnnxFeature add_history(const Request& request) {
  const auto& feature = dynamic_cast<const HistoryFeature&>(request.feature());
  if (!feature.has_one_id_per_item())
    throw usage_error("feature '{}': a history of items with several values cannot be exported to ONNX",
                      request.entry.name);
  Lookup lookup;
  for (size_t item = 0; item < feature.item_count(); ++item) {
    lookup.keys.push_back(feature.item_id(item));
    lookup.ids.push_back(feature.ids_of(item)[0]);
  }
  lookup.add("", kNone);
  OnnxGraph& graph = request.graph;
  OnnxFeature out{.bags = true};
  out.value = add_input(request, OnnxType::string, bag_shape(request),
                        "the ids of the items, oldest first; rows are padded with \"\"", "", out);
  out.value = add_lookup(graph, out.value, lookup);
  const std::string later = add_later_ids(graph, out.value);
  const std::string kept =
      graph.add("Less", {later, graph.scalar(static_cast<int64_t>(feature.settings().length))});
  out.value = graph.add("Where", {kept, out.value, graph.scalar(kNone)});
  return out;
}

// Keeps the first `most` ids of each row that are not -1.
std::string add_cut(OnnxGraph& graph, const std::string& ids, int64_t most) {
  const std::string present =
      graph.cast(graph.add("GreaterOrEqual", {ids, graph.scalar(int64_t{0})}), OnnxType::int64);
  const std::string order = graph.add("CumSum", {present, graph.scalar(int64_t{1})});
  const std::string kept = graph.add("LessOrEqual", {order, graph.scalar(most)});
  return graph.add("Where", {kept, ids, graph.scalar(kNone)});
}

OnnxFeature add_text(const Request& request) {
  const auto settings = request.settings<TextSettings>();
  constexpr int32_t kUnknown = 1, kFirst = 2;
  Lookup lookup(request.feature(), kFirst, request.fitted.at("tokens").size(),
                settings.unknown == UnknownWord::oov ? kUnknown : kNone);
  lookup.add("", kNone);
  json missing = "";
  if (settings.missing == MissingText::error) missing = nullptr;
  if (settings.missing == MissingText::oov) {
    missing = kMissingToken;
    lookup.add(std::string(kMissingToken), kUnknown);
  }
  OnnxFeature out{.bags = true};
  out.value = add_input(request, OnnxType::string, bag_shape(request),
                        "the words of the standardized text, then its n-grams; rows are padded with \"\"",
                        missing, out);
  out.value = add_lookup(request.graph, out.value, lookup);
  if (settings.max_length) out.value = add_cut(request.graph, out.value, *settings.max_length);
  return out;
}

// Numbers are float64 until they are normalised, as in Shortlist, because float32 is too narrow for Unix
// time.
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string add_finite(OnnxGraph& graph, const std::string& x) {
  return graph.add("Less", {graph.add("Abs", {x}), graph.scalar(kInfinity)});
}

// y[rows] to numbers[rows, 1], with an indicator [rows, 2].
std::string add_numbers(OnnxGraph& graph, const std::string& y, MissingNumber missing, double mean) {
  const std::string column = graph.add("Unsqueeze", {graph.cast(y, OnnxType::float32), graph.axes({1})});
  if (missing == MissingNumber::error) return column;  // a NaN propagates to the output
  const std::string infinity = graph.scalar(std::numeric_limits<float>::infinity());
  const std::string known = graph.add("Less", {graph.add("Abs", {column}), infinity});
  const float instead = missing == MissingNumber::zero ? 0 : static_cast<float>(mean);
  const std::string numbers = graph.add("Where", {known, column, graph.scalar(instead)});
  if (missing != MissingNumber::indicator) return numbers;
  const std::string absent = graph.cast(graph.add("Not", {known}), OnnxType::float32);
  return graph.add("Concat", {numbers, absent}, {{"axis", int64_t{1}}});
}

std::string add_standard(OnnxGraph& graph, const std::string& x, double mean, double deviation) {
  const std::string centred = graph.add("Sub", {x, graph.scalar(mean)});
  return graph.add("Div", {centred, graph.scalar(std::max(deviation, kLeastDeviation))});
}

// bins[rows], one of `count`, where x is finite; otherwise the bin of a missing value.
std::string add_known_bins(OnnxGraph& graph, const std::string& known, const std::string& bins, int64_t count,
                           MissingNumber missing) {
  int64_t id = kNone;
  if (missing == MissingNumber::bucket) id = count;
  if (missing == MissingNumber::error) id = count + 1;  // beyond the table, so that the run fails
  return graph.add("Where", {known, bins, graph.scalar(id)});
}

// The number of ascending edges that are <= x.
std::string add_edges(OnnxGraph& graph, const std::string& x, const std::vector<double>& edges) {
  const std::string column = graph.add("Unsqueeze", {x, graph.axes({1})});
  const std::string row =
      graph.constant("edges", std::span<const double>(edges), {static_cast<int64_t>(edges.size())});
  const std::string reached = graph.cast(graph.add("GreaterOrEqual", {column, row}), OnnxType::int64);
  return graph.add("ReduceSum", {reached, graph.axes({1})}, {{"keepdims", int64_t{0}}});
}

OnnxFeature add_number(const Request& request) {
  const auto settings = request.settings<NumberSettings>();
  const MissingNumber missing = missing_or_default(settings.missing, settings.yields_ids());
  OnnxGraph& graph = request.graph;
  OnnxFeature out;
  const std::string x = add_input(request, OnnxType::float64, {kRows}, "the number",
                                  missing == MissingNumber::error ? json() : json("NaN"), out);
  if (settings.yields_ids()) {
    const auto edges = request.fitted.at("fitted_edges").get<std::vector<double>>();
    const auto count = static_cast<int64_t>(edges.size()) + 1;
    out.value = add_known_bins(graph, add_finite(graph, x), add_edges(graph, x, edges), count, missing);
    return out;
  }
  const double mean = request.fitted.at("mean"), deviation = request.fitted.at("deviation");
  switch (settings.normalize) {
    case Normalize::standard:
      out.value = add_numbers(graph, add_standard(graph, x, mean, deviation), missing, 0);
      break;
    case Normalize::log: {
      const std::string grown = graph.add("Add", {graph.add("Abs", {x}), graph.scalar(1.0)});
      const std::string y = graph.add("Mul", {graph.add("Sign", {x}), graph.add("Log", {grown})});
      out.value = add_numbers(graph, y, missing, std::copysign(std::log1p(std::abs(mean)), mean));
      break;
    }
    case Normalize::none:
      out.value = add_numbers(graph, x, missing, mean);
  }
  return out;
}

// floor(x / step) modulo `cycle`.
std::string add_cycle(OnnxGraph& graph, const std::string& x, double step, double offset, double cycle) {
  std::string whole = graph.add("Floor", {graph.add("Div", {x, graph.scalar(step)})});
  if (offset != 0) whole = graph.add("Add", {whole, graph.scalar(offset)});
  const std::string turns = graph.add("Floor", {graph.add("Div", {whole, graph.scalar(cycle)})});
  const std::string rest = graph.add("Sub", {whole, graph.add("Mul", {turns, graph.scalar(cycle)})});
  return graph.cast(rest, OnnxType::int64);
}

OnnxFeature add_time(const Request& request) {
  const auto settings = request.settings<TimeSettings>();
  const MissingNumber missing = missing_or_default(settings.missing, settings.yields_ids());
  OnnxGraph& graph = request.graph;
  OnnxFeature out;
  std::string t = add_input(request, OnnxType::float64, {kRows}, "seconds since 1970-01-01 UTC",
                            missing == MissingNumber::error ? json() : json("NaN"), out);
  if (settings.as == TimeAs::standard) {
    const std::string y = add_standard(graph, t, request.fitted.at("mean"), request.fitted.at("deviation"));
    out.value = add_numbers(graph, y, missing, 0);
    return out;
  }
  const std::string known = add_finite(graph, t);
  if (settings.as == TimeAs::buckets) {
    const auto edges = request.fitted.at("fitted_edges").get<std::vector<double>>();
    out.value = add_known_bins(graph, known, add_edges(graph, t, edges),
                               static_cast<int64_t>(edges.size()) + 1, missing);
    return out;
  }
  t = graph.add("Where", {known, t, graph.scalar(0.0)});
  const bool hour = settings.as == TimeAs::hour;  // 1970-01-01 was a Thursday, 3 days after a Monday
  const std::string bins = hour ? add_cycle(graph, t, 3600, 0, 24) : add_cycle(graph, t, 86400, 3, 7);
  out.value = add_known_bins(graph, known, bins, hour ? 24 : 7, missing);
  return out;
}

OnnxFeature add_vector(const Request& request) {
  const auto settings = request.settings<VectorSettings>();
  const bool error = settings.missing == MissingVector::error;
  OnnxGraph& graph = request.graph;
  OnnxFeature out;
  std::string x = add_input(request, OnnxType::float32, {kRows, int64_t{settings.width}}, "the numbers",
                            error ? json() : json("NaN"), out);
  const OnnxAttributes by_row = {{"axes", std::vector<int64_t>{1}}, {"keepdims", int64_t{1}}};
  if (!error) {
    const std::string infinity = graph.scalar(std::numeric_limits<float>::infinity());
    const std::string finite = graph.add("Less", {graph.add("Abs", {x}), infinity});
    const std::string all = graph.add("ReduceMin", {graph.cast(finite, OnnxType::float32)}, by_row);
    x = graph.add("Where", {graph.cast(all, OnnxType::boolean), x, graph.scalar(0.0F)});
  }
  if (settings.l2_normalize) {
    const std::string length = graph.add("ReduceL2", {x}, by_row);
    const std::string zero = graph.add("Equal", {length, graph.scalar(0.0F)});
    x = graph.add("Div", {x, graph.add("Where", {zero, graph.scalar(1.0F), length})});
  }
  out.value = x;
  return out;
}

struct OnnxFeatureForm {
  std::string_view kind;
  OnnxFeature (*add)(const Request&);
};

// To add a kind, add a function above and a line here.
constexpr OnnxFeatureForm kForms[] = {
    {CategorySettings::kind, add_category}, {CategoriesSettings::kind, add_categories},
    {HashedSettings::kind, add_hashed},     {CrossedSettings::kind, add_crossed},
    {TextSettings::kind, add_text},         {NumberSettings::kind, add_number},
    {TimeSettings::kind, add_time},         {VectorSettings::kind, add_vector},
    {HistorySettings::kind, add_history},
};

}  // namespace

OnnxFeature add_onnx_feature(OnnxGraph& graph, const FeatureMap::Entry& entry) {
  graph.enter(entry.name);
  for (const OnnxFeatureForm& form : kForms) {
    if (form.kind == entry.feature->kind()) return form.add({graph, entry, entry.feature->to_json()});
  }
  throw usage_error("feature '{}': the kind '{}' cannot be exported to ONNX", entry.name,
                    entry.feature->kind());
}

}  // namespace shortlist
