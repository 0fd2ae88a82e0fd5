#include "shortlist/config/config_schema.h"

#include <algorithm>

#include "shortlist/config/config_sections.h"
#include "shortlist/features/feature_kinds.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/layers/layer_kinds.h"
#include "shortlist/model/blocks.h"

namespace shortlist {
namespace {

using Fields = std::vector<FieldDescription>;

Value text(std::string_view text) { return Value(std::string(text)); }

Value write_description(const Fields& fields);

Value write_form(const FieldType& form) {
  Value::Array choices;
  for (const std::string& choice : form.choices) choices.push_back(text(choice));
  return Value(Value::Table{{"name", text(form.name)},
                            {"list", Value(form.is_list)},
                            {"optional", Value(form.is_optional)},
                            {"choices", Value(std::move(choices))},
                            {"shorthand", text(form.shorthand)},
                            {"fields", write_description(form.fields)}});
}

Value write_description(const Fields& fields) {
  Value::Array all;
  for (const FieldDescription& field : fields) {
    all.push_back(Value(Value::Table{{"name", text(field.name)},
                                     {"help", text(field.help)},
                                     {"default", text(field.default_value)},
                                     {"range", text(field.range)},
                                     {"form", write_form(field.form)}}));
  }
  return Value(std::move(all));
}

template <typename Section>
FieldType form_of(const Section&) {
  return describe_type<Section>();
}
FieldType form_of(const std::vector<FeatureConfig>&) { return {.name = "any"}; }
FieldType form_of(const ModelConfig&) { return {.name = "any"}; }

Value describe_sections() {
  Value::Array sections;
  Config config;
  const auto add = [&](const char* name, const auto& section, const char* help) {
    sections.push_back(Value(
        Value::Table{{"name", text(name)}, {"help", text(help)}, {"form", write_form(form_of(section))}}));
  };
  visit_sections(config, add);
  return Value(std::move(sections));
}

// The fields, and those of `more` with other names.
Fields joined(Fields fields, const Fields& more) {
  for (const FieldDescription& field : more)
    if (std::ranges::find(fields, field.name, &FieldDescription::name) == fields.end())
      fields.push_back(field);
  return fields;
}

Value describe_kind(std::string_view name, std::string_view help, const Fields& fields) {
  return Value(
      Value::Table{{"name", text(name)}, {"help", text(help)}, {"fields", write_description(fields)}});
}

Value describe_features() {
  const Fields common = {{{"column", "text", "", "the column of the table; the feature's name by default"},
                          {.name = "text", .is_optional = true},
                          ""}};
  Value::Array kinds;
  for (const FeatureKind& kind : feature_kinds()) {
    const Fields fields = joined(joined(common, kind.document()), describe_fields<Embedding>());
    kinds.push_back(describe_kind(kind.name, kind.help, fields));
  }
  return Value(std::move(kinds));
}

Value describe_models(const std::vector<KindHelp>& models) {
  Value::Array kinds;
  for (const KindHelp& kind : models) kinds.push_back(describe_kind(kind.name, kind.help, kind.settings));
  return Value(std::move(kinds));
}

// An mlp takes the other settings of dense layers.
Fields describe_mlp() {
  Fields fields = document_mlp();
  for (const LayerKind& kind : layer_kinds()) {
    if (std::string_view(kind.name) != "dense") continue;
    Fields dense = kind.document();
    std::erase_if(dense, [](const FieldDescription& field) { return field.name == "dense"; });
    fields = joined(fields, dense);
  }
  return fields;
}

// In the order in which a layer's kind is looked for among its keys.
Value describe_layers() {
  Value::Array kinds = {
      describe_kind("mlp", "several dense layers", joined(describe_mlp(), document_block())),
      describe_kind("self_attention", "blocks of causal self-attention along a history",
                    document_self_attention())};
  for (const LayerKind& kind : layer_kinds())
    kinds.push_back(describe_kind(kind.name, kind.help, joined(kind.document(), document_block())));
  return Value(std::move(kinds));
}

}  // namespace

Value config_schema(const std::vector<KindHelp>& models) {
  return Value(Value::Table{{"sections", describe_sections()},
                            {"features", describe_features()},
                            {"models", describe_models(models)},
                            {"layers", describe_layers()}});
}

}  // namespace shortlist
