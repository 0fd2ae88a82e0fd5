#include "shortlist/server/routes/condition_schema.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "shortlist/server/routes/requests.h"
#include "shortlist/server/routes/schema.h"

namespace shortlist {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;

constexpr const char* kNumber = "-?[0-9]{1,9}(\\.[0-9]{1,9})?";
constexpr const char* kTime = "(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";

// The attributes of each kind. The others, and the id, are compared with any text.
struct Attributes {
  Names numbers, times, texts;

  explicit Attributes(const Recommender& recommender) {
    for (const Attribute& attribute : recommender.attributes()) {
      Names& names = attribute.kind == AttributeKind::number ? numbers
                     : attribute.kind == AttributeKind::time ? times
                                                             : texts;
      names.push_back(attribute.name);
    }
    texts.push_back(recommender.id_column());
  }
};

// Comparisons that differ in what they accept as a number or a time. An empty text means missing, which has
// no order.
const Names kEquality = {"=", "!="}, kOrder = {">=", "<=", ">", "<"}, kContains = {"~"};
const Names kAll = {"=", "!=", ">=", "<=", ">", "<", "~"};

std::string in_pattern(std::string_view text) {
  constexpr std::string_view kSyntax = R"(^$\.*+?()[]{}|/)";
  std::string escaped;
  for (char c : text) {
    if (kSyntax.find(c) != kSyntax.npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string any_of(const Names& texts) {
  Names escaped;
  for (const std::string& text : texts) escaped.push_back(in_pattern(text));
  return fmt::format("({})", fmt::join(escaped, "|"));
}

std::string pattern_of(const Names& names, const char* value) {
  return fmt::format("{}({}({})?$|{}{}$|~)", any_of(names), any_of(kEquality), value, any_of(kOrder), value);
}

json object_of(const Names& names, const Names& comparisons, const json& scalar) {
  json object = schema_of<ConditionRequest>();
  json& properties = object["properties"];
  properties["attribute"]["enum"] = names;
  properties["comparison"]["enum"] = comparisons;
  properties["value"]["anyOf"] = {scalar, {{"type", "array"}, {"items", scalar}}};
  object["required"] = {"attribute", "value"};
  if (comparisons.front() != "=") {
    properties["comparison"].erase("default");
    object["required"].push_back("comparison");
  }
  return object;
}

json text_schema(const std::string& pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

}  // namespace

json condition_text_schema(const Recommender& recommender) {
  const Attributes attributes(recommender);
  Names patterns = {any_of(attributes.texts) + any_of(kAll)};
  json examples = json::array({attributes.texts.front() + "~a"});
  if (!attributes.numbers.empty()) {
    patterns.push_back(pattern_of(attributes.numbers, kNumber));
    examples.push_back(attributes.numbers.front() + ">=1");
  }
  if (!attributes.times.empty()) {
    patterns.push_back(pattern_of(attributes.times, kTime));
    examples.push_back(attributes.times.front() + ">=2020-01-31");
  }
  return {{"type", "string"},
          {"description", "Such as \"year>=1990\""},
          {"pattern", fmt::format("^({})", fmt::join(patterns, "|"))},
          {"examples", std::move(examples)}};
}

json condition_object_schema(const Recommender& recommender) {
  const Attributes attributes(recommender);
  const json any = {{"type", {"string", "number", "boolean"}}};
  json kinds = json::array({object_of(attributes.texts, kAll, any)});
  const auto add = [&](const Names& names, const json& type, const char* value) {
    if (names.empty()) return;
    json equal = {{"anyOf", json::array({text_schema(fmt::format("^({})?$", value))})}}, order = equal;
    order["anyOf"][0] = text_schema(fmt::format("^{}$", value));
    if (!type.is_null()) equal["anyOf"].push_back(type), order["anyOf"].push_back(type);
    kinds.push_back(object_of(names, kEquality, equal));
    kinds.push_back(object_of(names, kOrder, order));
    kinds.push_back(object_of(names, kContains, any));
  };
  add(attributes.numbers, {{"type", {"number", "boolean"}}}, kNumber);
  add(attributes.times, nullptr, kTime);
  return {{"anyOf", std::move(kinds)}};
}

}  // namespace shortlist
