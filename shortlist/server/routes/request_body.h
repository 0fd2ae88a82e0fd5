// From a request's JSON to settings structs and columns. What is wrong with it is told with the field's name.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/recommend/form.h"
#include "shortlist/server/http/http.h"
#include "shortlist/server/limits.h"
#include "shortlist/table/column.h"

namespace shortlist {

// The body as JSON. Throws a Problem: 415 for another content type, 400 for what is no JSON.
Value parse_body(const HttpRequest& request);
// The same for a request without a content type, too, as clients of Triton send it, unless a browser does: it
// would send such a request, or a form's, to a local server for the page of any site.
Value parse_untyped_body(const HttpRequest& request);

// The body as a struct with fields(). Throws a Problem or a FieldError.
template <typename T>
T read_body(const HttpRequest& request) {
  T settings;
  read_value(parse_body(request), settings, Where{});
  return settings;
}
template <typename T>
T read_untyped_body(const HttpRequest& request) {
  T settings;
  read_value(parse_untyped_body(request), settings, Where{});
  return settings;
}

// How many items a request wants, or the default. Throws a Problem with `field` where that is not allowed.
int read_k(std::optional<int> k, const Limits& limits, const char* field);

// A text, a number, or true or false (1 or 0) as a table holds it. Throws a FieldError for anything else.
std::string scalar_text(const Value& value, const Where& where);
// The same of a value that is a name: 12 and 12.0 are "12". Throws a FieldError for a number that had to be
// rounded when it was read, since it may name another thing than was meant.
std::string name_text(const Value& value, const Where& where);

// An item's id, or several: texts, or whole numbers where ids are numbers. Throws a FieldError.
std::string read_id(const Value& value, const std::string& field);
std::vector<std::string> read_ids(const std::vector<Value>& values, const std::string& field);

// Records {"genre": ["Action", "Comedy"], "type": "TV"} as columns in a form's order, a row each. A value is
// a text, a number, true or false, a list of these, or null, which is missing as is what is not there. A list
// becomes a text that the column's features read as the same list, so that rows with and without may be
// mixed.
class RecordColumns {
 public:
  // `records` are the JSON objects; messages say "queries.3.genre" with `field` "queries.3".
  // Throws a FieldError.
  RecordColumns(const std::vector<FormField>& form) : form_(form), columns_(form.size()) {}
  void add(const Value& record, const std::string& field);

  // Valid while this lives, and until the next add().
  const std::vector<Column>& columns() const { return columns_; }
  size_t rows() const { return rows_; }
  // One of the rows by itself.
  std::vector<Column> row(size_t row) const;

 private:
  void add_cell(size_t column, const Value* value, const Where& where);
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  const std::vector<FormField>& form_;
  std::vector<Column> columns_;
  std::deque<std::string> texts_;
  size_t rows_ = 0;
};

}  // namespace shortlist
