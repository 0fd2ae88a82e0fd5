#include "shortlist/model/composites.h"

#include <fmt/format.h>

#include "shortlist/layers/dense.h"

namespace shortlist {
namespace {

using Names = std::vector<std::string>;

Value list_of(const Names& names) {
  Value::Array all;
  for (const std::string& name : names) all.emplace_back(name);
  return Value(std::move(all));
}

Value list_of(const std::vector<int>& numbers) {
  Value::Array all;
  for (const int number : numbers) all.emplace_back(int64_t{number});
  return Value(std::move(all));
}

std::string text(std::string_view x) { return std::string(x); }

// One entry of a list of layers.
Value entry(Value::Table settings, const Names& inputs, const std::string& name, int line) {
  if (!inputs.empty()) settings.emplace_back("inputs", list_of(inputs));
  if (!name.empty()) settings.emplace_back("name", name);
  for (auto& [key, value] : settings) value.line = line;
  return Value(std::move(settings), line);
}

// Dense layers that all have the activation.
Value mlp(const std::vector<int>& units, Activation activation, const Names& inputs, const std::string& name,
          int line) {
  const Value word(text(enum_name(activation)));
  return entry({{"mlp", list_of(units)}, {"activation", word}, {"final_activation", word}}, inputs, name,
               line);
}

std::string name_or(const std::string& name, const char* otherwise) {
  return name.empty() ? otherwise : name;
}

enum class Structure { stacked, parallel };

}  // namespace

template <>
struct EnumNames<Structure> {
  static constexpr std::pair<Structure, std::string_view> names[] = {{Structure::stacked, "stacked"},
                                                                     {Structure::parallel, "parallel"}};
};

namespace {

// Keys that every composite has.
struct Common {
  std::string name;
  std::vector<std::string> inputs;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "Name that later layers use in inputs");
    visit("inputs", inputs, "Names of what it reads, instead of its usual inputs");
  }
};

struct Dcn : Common {
  Structure dcn = Structure::stacked;
  int crosses = 3;
  int projection = 0;
  int experts = 0;
  std::vector<int> mlp = {256, 128};
  Activation activation = Activation::relu;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("dcn", dcn,
          "stacked: crosses, then dense layers; parallel: both read the input, and their outputs are "
          "concatenated");
    visit("crosses", crosses, "Number of crosses", Range::between(1, 1'000));
    visit("projection", projection, "Rank of the crosses' matrices. 0 means full matrices.",
          Range::between(0, kMostWidth));
    visit("experts", experts, "Experts of each cross, which makes it a cross_mix; needs projection",
          Range::between(0, 1'000));
    visit("mlp", mlp, "Units of each dense layer", Range::between(1, kMostWidth));
    visit("activation", activation, "Activation of the dense layers");
    Common::fields(visit);
  }
};

std::vector<Value> expand_dcn(const Dcn& dcn, const Value& at, const Where& where, const BlockFeatures&) {
  if (dcn.experts > 0 && dcn.projection == 0)
    throw where.below("experts").error(at, "needs projection, the rank of each expert");
  if (dcn.mlp.empty())
    throw where.below("mlp").error(at, "got an empty list, need at least one number of units");
  const std::string name = name_or(dcn.name, "dcn"), input = name + "_input", crossed = name + "_cross";
  Value::Table cross;
  if (dcn.experts > 0) {
    cross = {{"cross_mix", Value(int64_t{dcn.experts})}, {"projection", Value(int64_t{dcn.projection})}};
  } else if (dcn.projection > 0) {
    cross = {{"cross", Value(text("low"))}, {"projection", Value(int64_t{dcn.projection})}};
  } else {
    cross = {{"cross", Value(text("full"))}};
  }
  cross.emplace_back("repeat", Value(int64_t{dcn.crosses}));
  std::vector<Value> all = {entry({{"concat", Value(true)}}, dcn.inputs, input, at.line),
                            entry(cross, {}, crossed, at.line)};
  if (dcn.dcn == Structure::stacked) {
    all.push_back(mlp(dcn.mlp, dcn.activation, {}, name, at.line));
  } else {
    const std::string deep = name + "_deep";
    all.push_back(mlp(dcn.mlp, dcn.activation, {input}, deep, at.line));
    all.push_back(entry({{"concat", Value(true)}}, {crossed, deep}, name, at.line));
  }
  return all;
}

struct Dlrm : Common {
  std::vector<int> dlrm = {512, 256};
  std::vector<int> bottom = {256, 64, 32};
  Activation activation = Activation::relu;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("dlrm", dlrm, "Units of the top dense layers, which read the dot products",
          Range::between(1, kMostWidth));
    visit("bottom", bottom,
          "Units of the bottom dense layers, which read the numbers. The last one is the width of the "
          "embeddings.",
          Range::between(1, kMostWidth));
    visit("activation", activation, "Activation of all dense layers");
    Common::fields(visit);
  }
};

std::vector<Value> expand_dlrm(const Dlrm& dlrm, const Value& at, const Where& where,
                               const BlockFeatures& features) {
  if (dlrm.dlrm.empty() || dlrm.bottom.empty())
    throw where.error(at, "got an empty list of units, need at least one number");
  const std::string name = name_or(dlrm.name, "dlrm"), bottom = name + "_bottom", dots = name + "_dots";
  std::vector<Value> all;
  Names vectors = dlrm.inputs.empty() ? features.embedded : dlrm.inputs, top;
  if (dlrm.inputs.empty() && !features.numbers.empty()) {
    all.push_back(mlp(dlrm.bottom, dlrm.activation, features.numbers, bottom, at.line));
    vectors.push_back(bottom);
    top.push_back(bottom);
  }
  if (features.known && vectors.size() < 2)
    throw where.error(
        at, fmt::format("got {} embeddings, need at least two, with that of the numbers", vectors.size()));
  all.push_back(entry({{"dot_interaction", Value(true)}}, vectors, dots, at.line));
  top.push_back(dots);
  all.push_back(mlp(dlrm.dlrm, dlrm.activation, top, name, at.line));
  return all;
}

struct DeepFm : Common {
  std::vector<int> deep_fm = {256, 128};
  Activation activation = Activation::relu;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("deep_fm", deep_fm, "Units of the dense layers", Range::between(1, kMostWidth));
    visit("activation", activation, "Activation of the dense layers");
    Common::fields(visit);
  }
};

// The first-order term is the biases of both towers.
std::vector<Value> expand_deep_fm(const DeepFm& deep_fm, const Value& at, const Where& where,
                                  const BlockFeatures& features) {
  if (deep_fm.deep_fm.empty()) throw where.error(at, "got an empty list of units, need at least one number");
  const std::string name = name_or(deep_fm.name, "deep_fm"), second = name + "_pairs", deep = name + "_deep";
  Names vectors = deep_fm.inputs.empty() ? features.embedded : deep_fm.inputs, read = vectors;
  if (deep_fm.inputs.empty()) read.insert(read.end(), features.numbers.begin(), features.numbers.end());
  if (features.known && vectors.size() < 2)
    throw where.error(at, fmt::format("got {} embeddings, need at least two", vectors.size()));
  Names terms = {"query_bias", "item_bias", second, deep};
  return {entry({{"fm", Value(true)}}, vectors, second, at.line),
          mlp(deep_fm.deep_fm, deep_fm.activation, read, "", at.line),
          entry({{"dense", Value(int64_t{1})}}, {}, deep, at.line),
          entry({{"add", Value(true)}}, terms, name, at.line)};
}

struct MatrixFactorization : Common {
  bool matrix_factorization = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit(
        "matrix_factorization", matrix_factorization,
        "Always true. The product of both towers' outputs and the biases of both, query_bias and item_bias.");
    Common::fields(visit);
  }
};

std::vector<Value> expand_factorization(const MatrixFactorization& factorization, const Value& at,
                                        const Where&, const BlockFeatures& features) {
  const std::string name = name_or(factorization.name, "matrix_factorization");
  const Names vectors = factorization.inputs.empty() ? Names{"query", "item"} : factorization.inputs;
  const Value::Table product = {{"dot_interaction", Value(true)}};
  if (features.biases.empty()) return {entry(product, vectors, name, at.line)};
  Names terms = {name + "_product"};
  terms.insert(terms.end(), features.biases.begin(), features.biases.end());
  return {entry(product, vectors, terms[0], at.line), entry({{"add", Value(true)}}, terms, name, at.line)};
}

template <typename Settings,
          std::vector<Value> (*expand)(const Settings&, const Value&, const Where&, const BlockFeatures&)>
constexpr Composite composite(const char* name, const char* help) {
  return {name, help,
          [](const Value& value, const Where& where, const BlockFeatures& features) {
            Settings settings;
            read_fields(value, settings, where);
            return expand(settings, value, where, features);
          },
          [] { return describe_fields(Settings()); }};
}

// To add a composite, add a line here.
constexpr Composite kComposites[] = {
    composite<Dcn, expand_dcn>("dcn", "DCN-v2: crosses and dense layers, stacked or in parallel"),
    composite<Dlrm, expand_dlrm>(
        "dlrm",
        "DLRM, in a ranking: the dot products of all features' embeddings and of the "
        "dense layers that read the numbers"),
    composite<DeepFm, expand_deep_fm>("deep_fm",
                                      "DeepFM, in a ranking: the sum of the features' biases, of the dot "
                                      "products of their embeddings, and of dense layers on them"),
    composite<MatrixFactorization, expand_factorization>(
        "matrix_factorization", "Biased matrix factorisation, in a ranking: u . v + b_u + b_i"),
};

}  // namespace

std::span<const Composite> composites() { return kComposites; }

const Composite* find_composite(const Value& entry) {
  for (const Composite& composite : kComposites)
    if (entry.find(composite.name) != nullptr) return &composite;
  return nullptr;
}

}  // namespace shortlist
