// [query] and [items]: the towers, and what is known about the items.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/config/table_config.h"
#include "shortlist/features/time_form.h"
#include "shortlist/model/attribute.h"

namespace shortlist {

// A column with information about an item that is not an input of the model: to show, to filter by and to
// compare with Jaccard similarity.
struct AttributeConfig {
  static constexpr const char* shorthand = "column";
  std::string column;
  std::optional<AttributeKind> kind;
  std::optional<std::string> separator;
  std::optional<TimeUnit> unit;
  std::optional<std::string> format;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("column", column, "column of the table; a text instead of a table is this alone");
    visit("kind", kind,
          "text, number, time or list. Not given: list where separator is, where a categories feature reads "
          "the "
          "column, or where all values are lists; else number or time where all values are, else text");
    visit("separator", separator,
          "of a list: between its values; else that of the categories feature, or \",\"");
    visit("unit", unit, "of a time, as a time feature has it; else that of the time feature of the column");
    visit("format", format,
          "of a time, as a time feature has it; else that of the time feature of the column");
  }
};

struct TowerConfig {
  std::string id;
  std::vector<std::string> features;
  std::vector<Value> layers;
  std::vector<AttributeConfig> attributes;
};

struct QueryConfig : TowerConfig {
  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("features", features, "features of the query, the inputs of its tower, concatenated in this order");
    visit("layers", layers, "layers of the query tower, first to last");
  }
};

// [items]: the tower of the items, and optionally a table with one row for each item.
struct ItemsConfig : TowerConfig, SideTableConfig {
  std::string display;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("id", id, "the column that identifies an item");
    visit(
        "display", display,
        "the column that people know an item by, such as its title. It is shown next to the id, and accepted "
        "instead of the id if only one item has that value. It is also an attribute");
    visit("features", features, "features of an item, the inputs of its tower, concatenated in this order");
    visit("layers", layers, "layers of the item tower, first to last");
    visit("attributes", attributes,
          "columns to show with an item, to filter by and to compare with Jaccard: [\"title\", { column = "
          "\"genres\", separator = \"|\" }]");
    SideTableConfig::fields(visit);
  }
};

}  // namespace shortlist
