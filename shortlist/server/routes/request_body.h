// Reads a request's JSON into settings structs and columns. Errors contain the field's name.
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

// Parses the body as JSON. Throws a Problem: 415 for another content type, 400 for invalid JSON.
Value parse_body(const HttpRequest& request);
// The same, but also accepts a request without a content type, as clients of Triton send it, unless it comes
// from a browser. A browser would send such a request, or a form's, to a local server for the page of any
// site.
Value parse_untyped_body(const HttpRequest& request);

// Reads the body into a struct with fields(). Throws a Problem or a FieldError.
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

// The number of items that a request asks for, or the default. Throws a Problem for `field` if it is out of
// range.
int read_k(std::optional<int> k, const Limits& limits, const char* field);

// A text, number or boolean (1 or 0) as the text that a table contains. Throws a FieldError for anything
// else.
std::string scalar_text(const Value& value, const Where& where);
// The same for a value that is a name: 12 and 12.0 are "12". Throws a FieldError for a number that was
// rounded when it was read, since it may name something else than was meant.
std::string name_text(const Value& value, const Where& where);

// An item's id, or several: texts or numbers, as in name_text(). Throws a FieldError.
std::string read_id(const Value& value, const std::string& field);
std::vector<std::string> read_ids(const std::vector<Value>& values, const std::string& field);

// Converts records such as {"genre": ["Action", "Comedy"], "type": "TV"} to columns in a form's order, one
// row per record. A value is a text, a number, a boolean, a list of these, or null. Null and absent values
// are missing. A list becomes a text that the column's features read as the same list, so rows with and
// without lists can be mixed. "history" is also a name of the only column with a history
// (recommend/history_name.h).
class RecordColumns {
 public:
  // `record` in add() is a JSON object. Messages have the path "queries.3.genre" if `field` is "queries.3".
  // add() throws a FieldError.
  RecordColumns(const std::vector<FormField>& form) : form_(form), columns_(form.size()) {}
  void add(const Value& record, const std::string& field);

  // Valid until the next add() or until this is destroyed.
  const std::vector<Column>& columns() const { return columns_; }
  size_t rows() const { return rows_; }
  // A single row.
  std::vector<Column> row(size_t row) const;

 private:
  std::string other_name(const std::string& name) const;
  void add_cell(size_t column, const Value* value, const Where& where);
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  const std::vector<FormField>& form_;
  std::vector<Column> columns_;
  std::deque<std::string> texts_;
  size_t rows_ = 0;
};

}  // namespace shortlist
