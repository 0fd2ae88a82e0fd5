#include "shortlist/trials/contender.h"

#include <algorithm>

#include "shortlist/config/read_config.h"
#include "shortlist/learners/kinds.h"

namespace shortlist {
namespace {

// The item's column and, if it has one, its table, so that every contender has the same catalogue.
Value items_of(const Config& base) {
  Value::Table items;
  if (const Value* written = base.written.find("items"); written != nullptr && base.items.has_table()) {
    SideTableConfig none;
    for (const std::string& name : field_names(none))
      if (const Value* setting = written->find(name)) items.emplace_back(name, *setting);
  }
  items.emplace_back("id", Value(base.items.id));
  return Value(std::move(items));
}

// The label that a kind learns from, if it has that setting and the base has a label.
std::string label_of(const std::string& kind, const Config& base) {
  const std::vector<FieldDescription> fields = find_model_kind(kind)->document();
  const bool learns = std::ranges::find(fields, "label", &FieldDescription::name) != fields.end();
  return learns && !base.ranking.empty() ? base.ranking[0].label : "";
}

}  // namespace

Contender contender_of_kind(const std::string& kind, const Config& base) {
  if (find_model_kind(kind) == nullptr) throw usage_error("{}", unknown_model_kind(kind));
  Value root(Value::Table{});
  if (const Value* data = base.written.find("data")) set_path(root, "data", *data);
  set_path(root, "model.kind", Value(kind));
  if (const std::string label = label_of(kind, base); !label.empty())
    set_path(root, "model.label", Value(label));
  set_path(root, "items", items_of(base));
  if (base.retrieval && !base.retrieval->positives.empty())
    set_path(root, "retrieval.positives", Value(base.retrieval->positives));
  Contender contender{kind, base};
  contender.config.model.kind = kind;
  try {
    contender.config = read_config(root, kind);
    static_cast<TableConfig&>(contender.config.data) = base.data;
    static_cast<TableConfig&>(contender.config.items) = base.items;
    find_kind(contender.config.model);
  } catch (const Error& error) {
    contender.error = error.message();
  }
  return contender;
}

std::vector<std::string> classic_kinds() {
  std::vector<std::string> names;
  for (const ModelKind& kind : model_kinds())
    if (kind.name != kTwoTower && kind.name != kFactorizationMachine && kind.name != kBlend)
      names.emplace_back(kind.name);
  return names;
}

}  // namespace shortlist
