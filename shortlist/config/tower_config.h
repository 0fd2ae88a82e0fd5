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
    visit("column", column, "Column of the table. A text instead of a table sets only this key.");
    visit("kind", kind,
          "text, number, time or list. The default is list if separator is set, a categories feature reads "
          "the column or all values are lists; number or time if all values are; otherwise text.");
    visit(
        "separator", separator,
        "For lists: the separator between values. The default is that of the categories feature, or \",\".");
    visit("unit", unit,
          "For times: the unit, as in a time feature. The default is that of the column's time feature.");
    visit("format", format,
          "For times: the format, as in a time feature. The default is that of the column's time feature.");
  }
};

struct TowerConfig {
  std::string id;
  std::vector<std::string> features, ranking_features;
  bool biases = false;
  std::vector<Value> layers;
  std::vector<AttributeConfig> attributes;

  // The features of the tower and those that only rankings read.
  std::vector<std::string> all_features() const {
    std::vector<std::string> all = features;
    all.insert(all.end(), ranking_features.begin(), ranking_features.end());
    return all;
  }

 protected:
  template <typename Visitor>
  void visit_extras(Visitor& visit) {
    visit("ranking_features", ranking_features,
          "Features that only rankings read, by their names or among query_features or item_features");
    visit("biases", biases,
          "Add a trained bias to every score of the towers: the sum of one number for each value of the "
          "tower's "
          "features. The vectors of both towers get a column for it, after all layers.");
  }
};

struct QueryConfig : TowerConfig {
  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("features", features, "Features of the query: the inputs of its tower, concatenated in this order");
    visit("layers", layers, "Layers of the query tower, first to last");
    visit_extras(visit);
  }
};

// [items]: the tower of the items, and optionally a table with one row for each item.
struct ItemsConfig : TowerConfig, SideTableConfig {
  std::string display, display_image;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("id", id, "Column that identifies an item");
    visit("display", display,
          "Column by which people know an item, such as its title. It is shown next to the id, and accepted "
          "instead of the id if only one item has that value. It is also an attribute.");
    visit("display_image", display_image,
          "Column with the URL of an item's image, which the web page shows: by https, or relative to the "
          "page. "
          "It is also an attribute, but not compared with Jaccard.");
    visit("features", features, "Features of an item: the inputs of its tower, concatenated in this order");
    visit("layers", layers, "Layers of the item tower, first to last");
    visit_extras(visit);
    visit("attributes", attributes,
          "Columns to show with an item, to filter by and to compare with Jaccard: [\"title\", { column = "
          "\"genres\", separator = \"|\" }]");
    SideTableConfig::fields(visit);
  }
};

}  // namespace shortlist
