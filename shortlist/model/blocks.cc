#include "shortlist/model/blocks.h"

#include "shortlist/layers/dense.h"
#include "shortlist/layers/layer_kinds.h"
#include "shortlist/model/attention_block.h"

namespace shortlist {
namespace {

struct BlockSettings {
  std::string name;
  std::optional<std::vector<std::string>> inputs;
  int repeat = 1;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("name", name,
          "Name that later layers use in inputs. With repeat or mlp it names the last layer. The default is "
          "the layer's kind with a number.");
    visit("inputs", inputs,
          "Names of features and layers of the same list to read instead of the layer before");
    visit("repeat", repeat, "Number of layers with these settings, one after the other",
          Range::between(1, 10'000));
  }
};

struct MlpSettings {
  std::vector<int> mlp;
  Activation activation = Activation::relu, final_activation = Activation::linear;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("mlp", mlp, "Units of each dense layer, first to last", Range::between(1, kMostWidth));
    visit("activation", activation, "Activation of all layers but the last");
    visit("final_activation", final_activation, "Activation of the last layer");
  }
};

template <typename Settings>
std::vector<std::string> names() {
  Settings settings;
  return field_names(settings);
}

bool is_one_of(const std::vector<std::string>& names, const std::string& key) {
  return std::ranges::find(names, key) != names.end();
}

// The entries of a table with keys among `keys`, or not among them.
Value entries(const Value& value, const std::vector<std::string>& keys, bool among) {
  Value::Table chosen;
  for (const auto& entry : *value.table()) {
    if (is_one_of(keys, entry.first) == among) chosen.push_back(entry);
  }
  return Value(std::move(chosen), value.line);
}

Block read_block(const Value& value, const Where& where) {
  Block block{.layer = read_layer(value, where, names<BlockSettings>()), .where = where, .written = value};
  BlockSettings settings;
  read_fields(entries(value, names<BlockSettings>(), true), settings, where);
  block.name = settings.name;
  block.inputs = settings.inputs;
  block.repeat = settings.repeat;
  return block;
}

// { mlp = [256, 64], final_activation = "relu", ... }: dense layers that share all other settings.
void read_mlp(const Value& value, const Where& where, std::vector<Block>& blocks) {
  MlpSettings mlp;
  read_fields(entries(value, names<MlpSettings>(), true), mlp, where);
  if (mlp.mlp.empty()) {
    throw where.below("mlp").error(value, "got an empty list, need at least one number of units");
  }
  if (value.find("repeat") != nullptr) throw where.below("repeat").error(value, "an mlp does not repeat");
  BlockSettings block;
  read_fields(entries(value, names<BlockSettings>(), true), block, where);
  Value shared = entries(value, names<MlpSettings>(), false);
  if (block.inputs && block.inputs->size() > 1) {
    Value concat = entries(value, {"inputs"}, true);
    set_path(concat, "concat", Value(true, value.line));
    blocks.push_back(read_block(concat, where));
    shared = entries(shared, {"inputs"}, false);
  }
  for (size_t i = 0; i < mlp.mlp.size(); ++i) {
    const bool last = i + 1 == mlp.mlp.size();
    Value dense = shared;
    set_path(dense, "dense", Value(int64_t{mlp.mlp[i]}, value.line));
    set_path(dense, "activation",
             Value(std::string(enum_name(last ? mlp.final_activation : mlp.activation)), value.line));
    if (!last) dense = entries(dense, {"name"}, false);
    blocks.push_back(read_block(dense, where));
    shared = entries(shared, {"inputs"}, false);  // the first dense layer has it
  }
}

// { self_attention = 64, heads = 2, repeat = 2, ... }
void read_self_attention(const Value& value, const Where& where, std::vector<Block>& blocks) {
  AttentionBlock attention;
  read_fields(entries(value, {"name", "inputs"}, false), attention, where);
  if (attention.self_attention % attention.heads != 0) {
    throw where.below("heads").error(
        value, fmt::format("{} heads do not divide the width {}", attention.heads, attention.self_attention));
  }
  if (value.find("inputs") != nullptr) {
    Value concat = entries(value, {"inputs"}, true);
    set_path(concat, "concat", Value(true, value.line));
    blocks.push_back(read_block(concat, where));
  }
  for (AttentionBlock::Step& step : attention.steps())
    blocks.push_back({.layer = std::move(step.layer), .back = step.back, .where = where, .written = value});
  BlockSettings named;
  read_fields(entries(value, {"name"}, true), named, where);
  blocks.back().name = named.name;
}

std::string free_name(const std::string& kind, const std::vector<std::string>& taken) {
  std::string name = kind;
  for (int i = 1; is_one_of(taken, name); ++i) name = fmt::format("{}_{}", kind, i);
  return name;
}

}  // namespace

std::vector<FieldDescription> document_block() { return describe_fields<BlockSettings>(); }
std::vector<FieldDescription> document_mlp() { return describe_fields<MlpSettings>(); }
std::vector<FieldDescription> document_self_attention() { return describe_fields<AttentionBlock>(); }

std::vector<std::string> layer_names(const std::vector<Block>& blocks, std::vector<std::string> taken) {
  std::vector<std::string> found;
  for (const Block& block : blocks) {
    for (int i = 0; i < block.repeat; ++i) {
      const bool is_named = !block.name.empty() && i + 1 == block.repeat;
      if (is_named && is_one_of(taken, block.name)) {
        const Value* at = block.written.find("name");
        throw block.where.below("name").error(
            at != nullptr ? *at : block.written,
            fmt::format("'{}' is the name of a feature or of another layer; each needs its own", block.name));
      }
      found.push_back(is_named ? block.name : free_name(std::string(block.layer->kind()), taken));
      taken.push_back(found.back());
    }
  }
  return found;
}

std::vector<Block> read_blocks(const std::vector<Value>& layers, const Where& where,
                               const BlockFeatures& features) {
  std::vector<Block> blocks;
  const auto read = [&](const Value& entry, const Where& here) {
    if (entry.find("mlp") != nullptr) {
      read_mlp(entry, here, blocks);
    } else if (entry.find("self_attention") != nullptr) {
      read_self_attention(entry, here, blocks);
    } else {
      blocks.push_back(read_block(entry, here));
    }
  };
  for (size_t i = 0; i < layers.size(); ++i) {
    const Where here = where.below(std::to_string(i));
    const Composite* composite = find_composite(layers[i]);
    if (composite == nullptr) {
      read(layers[i], here);
    } else {
      for (const Value& entry : composite->expand(layers[i], here, features)) read(entry, here);
    }
  }
  return blocks;
}

}  // namespace shortlist
