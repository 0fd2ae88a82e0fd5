#include "shortlist/config/config_reference.h"

#include <algorithm>

#include "shortlist/config/config_sections.h"
#include "shortlist/features/feature_kinds.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/layers/layer_kinds.h"
#include "shortlist/model/blocks.h"

namespace shortlist {
namespace {

std::string in_cell(std::string text) {
  for (size_t at = text.find('|'); at != text.npos; at = text.find('|', at + 2)) text.insert(at, "\\");
  return text;
}

std::string default_of(const FieldHelp& field) {
  const bool has_its_own_table = field.type == "table" || field.default_value.empty();
  return has_its_own_table ? "" : fmt::format("`{}`", field.default_value);
}

std::string table_of(const std::vector<FieldDescription>& fields) {
  std::string out = "| key | value | default | |\n|---|---|---|---|\n";
  for (const FieldHelp& f : fields) {
    out += fmt::format("| `{}` | {} | {} | {} |\n", f.name, in_cell(f.type), in_cell(default_of(f)),
                       in_cell(f.help));
  }
  return out + "\n";
}

// Breaks the lines of paragraphs at 100 characters.
std::string wrapped(const std::string& text) {
  constexpr size_t kWidth = 100;
  std::string out;
  size_t column = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = std::string_view(text).substr(begin, end - begin);
    if (column > 0) out += column + 1 + word.size() > kWidth ? '\n' : ' ';
    column = out.empty() || out.back() == '\n' ? word.size() : column + 1 + word.size();
    out += word;
    begin = end + 1;
  }
  return out;
}

std::string sentence(std::string_view help) { return wrapped(std::string(help) + "."); }

constexpr const char* kStart = R"(# The config

One TOML file describes the table, the features, the model and its training. This page is generated
from the lists of fields that the program reads. An unknown key is an error, whose message suggests
the nearest known key.

`--set training.epochs=5` replaces one value. Elements of a list are numbered from 0, as in
`--set ranking.0.weight=0`. A key without a default is empty or off unless it is set.

)";

constexpr const char* kFeatures = R"(## [features]

`NAME = { kind = "...", ... }` declares a feature. The towers list the features that they use. All
kinds have these keys:

| key | value | default | |
|---|---|---|---|
| `kind` | text | | one of the kinds below |
| `column` | text | the feature's name | column of the table |

A feature that yields ids has an embedding table of its own, which these keys configure. A feature
that yields numbers is used as it is and does not have these keys.

)";

constexpr const char* kModel = R"(## [model]

The kind of model for retrieval, and the settings of that kind. The default is a `two_tower` model.
A model of another kind may have `[[ranking]]` tasks, and the towers that they need, as a second
stage. Its `[retrieval]` has only `positives` and `top_k`. Without `query.features`, a query is its
user, in the column `data.user`. See [kinds of model](kinds.md).

| key | value | default | |
|---|---|---|---|
| `kind` | text | `"two_tower"` | one of the kinds below |

)";

constexpr const char* kLayers = R"(## Layers

A tower's features are concatenated in the order of `features` and go through its `layers` one after
the other. A ranking task's layers begin with the outputs of the query tower and of the item tower,
concatenated. One entry of a list is one layer, `{ KIND = ..., ... }`, of a kind below. In a tower,
`inputs` may name its features and `"features"`, all of them; in a ranking task `"query"`, `"item"`
and `"features"`, both, and what the towers read: each feature by its name, `"query_features"` and
`"item_features"` ([rankings](rankings.md)). Crosses that follow one another share their first input,
the x0 of DCN-v2. All kinds have these keys:

)";

constexpr const char* kSelfAttention = R"(### self_attention

Blocks of causal self-attention along a history, as in SASRec: short for layers `layer_norm`, `dense`,
`causal_attention`, `dropout` and `add`. It also has `name`, which names the last layer, and `inputs`.

)";

constexpr const char* kMlp = R"(### mlp

Several dense layers in one line: `{ mlp = [256, 64], final_activation = "relu" }`. The other
settings of `dense` apply to all of them, `inputs` to the first (several inputs are concatenated)
and `name` to the last.

)";

constexpr const char* kSideTable =
    " Features refer to its columns like to those of [data] ([guide](../guides/two-tables.md)).";

std::string describe_features() {
  std::string out = kFeatures + table_of(describe_fields<Embedding>());
  for (const FeatureKind& kind : feature_kinds()) {
    out += fmt::format("### kind = \"{}\"\n\n{}\n\n{}", kind.name, sentence(kind.help),
                       table_of(kind.document()));
  }
  return out;
}

std::string describe_kinds(const std::vector<KindHelp>& kinds) {
  std::string out = kModel;
  for (const KindHelp& kind : kinds) {
    out += fmt::format("### kind = \"{}\"\n\n{}\n\n", kind.name, sentence(kind.help));
    if (!kind.settings.empty()) out += table_of(kind.settings);
  }
  return out;
}

std::string describe_layers() {
  std::string out = kLayers + table_of(document_block());
  for (const LayerKind& kind : layer_kinds()) {
    out += fmt::format("### {}\n\n{}\n\n{}", kind.name, sentence(kind.help), table_of(kind.document()));
  }
  out += kMlp + table_of(document_mlp());
  out += kSelfAttention + table_of(document_self_attention());
  for (const Composite& composite : composites())
    out += fmt::format("### {}\n\n{}\n\n{}", composite.name, sentence(composite.help),
                       table_of(composite.document()));
  return out;
}

template <typename Settings>
std::string part(const std::string& heading, const std::string& text) {
  return fmt::format("{}\n\n{}\n\n{}", heading, wrapped(text), table_of(describe_fields<Settings>()));
}

// The help of the section with this name.
std::string help_of(std::string_view name) {
  std::string found;
  const auto visit = [&](std::string_view section, const auto&, const char* help) {
    if (section == name) found = help;
  };
  Config config;
  visit_sections(config, visit);
  SHORTLIST_CHECK(!found.empty());
  return found;
}

template <typename Settings>
std::string section(const std::string& name, const std::string& more = "") {
  return part<Settings>("## [" + name + "]", help_of(name) + more);
}

}  // namespace

std::string config_reference(const std::vector<KindHelp>& kinds) {
  std::string out = kStart;
  out += section<DataConfig>("data");
  out +=
      part<SplitConfig>("### split", "Assigns each row to training, validation or test, or leaves it out.");
  out += part<TimeConfig>("### time", "The column's name, or a table of these keys.");
  out += section<SideTableConfig>("users", kSideTable);
  out += describe_features();
  out += describe_kinds(kinds);
  out += section<QueryConfig>("query");
  out += section<ItemsConfig>("items", kSideTable);
  out += part<AttributeConfig>("### attributes",
                               "Each attribute is a column's name, or a table of these keys. [Lists and "
                               "times](lists-and-times.md) has examples.");
  out += section<RetrievalConfig>("retrieval");
  out += part<HnswConfig>("### hnsw", "The graph of `index = \"hnsw\"`, which the bundle keeps.");
  out += part<RankingConfig>("## [[ranking]]", help_of("ranking"));
  out += part<RankingAttention>("### target_attention", "In `[[ranking]]`. Off unless it is set.");
  out += section<ExpertsConfig>("experts");
  out += section<TrainingConfig>("training");
  out += part<OptimizerConfig>(
      "### optimizer", "Exactly one of " + optimizer_names() +
                           ". The "
                           "default is `{ adam = 0.001 }`. [Optimizers](optimizers.md) has the formulas.");
  out += part<ScheduleConfig>("### schedule", "In `optimizer`. Off unless it is set.");
  out += part<OptimizerPart>("### [[training.parts]]", "Optimizers of parts of the model.");
  out += part<AverageConfig>("### average", "Off unless it is set.");
  out += part<PlateauConfig>("### reduce_on_plateau", "Off unless it is set.");
  out += part<EarlyStoppingConfig>("### early_stopping", "Off unless it is set.");
  out += section<RecommendConfig>("recommend");
  out += describe_layers();
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace shortlist
