#include "shortlist/python/requests.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "shortlist/python/values.h"

namespace shortlist::python {
namespace {

// The options of a request for recommendations.
struct Request {
  int k = 10, offset = 0, retrieve = 0;
  std::vector<std::string> where, exclude;
  std::optional<std::vector<std::string>> allow;
  std::optional<ListOrder> order;
  std::optional<double> blend;
  std::optional<SeenPolicy> seen;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("k", k, "", Range::at_least(1));
    visit("offset", offset, "", Range::at_least(0));
    visit("retrieve", retrieve, "", Range::at_least(0));
    visit("where", where, "");
    visit("exclude", exclude, "");
    visit("allow", allow, "");
    visit("order", order, "");
    visit("blend", blend, "", Range::between(0, 1));
    visit("seen", seen, "");
  }

  RecommendOptions options() const {
    RecommendOptions options{.k = k,
                             .offset = offset,
                             .retrieve = retrieve,
                             .allow = allow,
                             .exclude = exclude,
                             .seen = seen,
                             .order = order,
                             .blend = blend};
    for (const std::string& condition : where) options.where.push_back(Condition::parse(condition));
    return options;
  }
};

}  // namespace

RecommendOptions options_of(nb::dict settings) {
  Request request;
  read_fields(to_value(settings), request, {"", ""});
  return request.options();
}

// The text of a value as a table of texts would have it.
std::string text_of_value(nb::handle value, const std::string& column) {
  if (PyUnicode_Check(value.ptr())) return text_of(value, column);
  if (PyBool_Check(value.ptr())) return nb::cast<bool>(value) ? "true" : "false";
  if (PyFloat_Check(value.ptr())) return fmt::format("{}", PyFloat_AS_DOUBLE(value.ptr()));
  if (nb::hasattr(value.type(), "isoformat")) return shown(value.attr("isoformat")());
  if (const std::string type = type_name_of(value); type == "bool" || type == "bool_")  // NumPy's
    return PyObject_IsTrue(value.ptr()) == 1 ? "true" : "false";
  if (!PyNumber_Check(value.ptr()) || PySequence_Check(value.ptr()))
    throw data_error("{}: got a {}, need a text, a number, a boolean or a time", column, type_name_of(value));
  return shown(value);
}

Record record_of(nb::dict values) {
  Record record;
  for (const auto& [key, value] : values) {
    const std::string column = shown(key);
    if (!is_missing(value)) record.emplace_back(column, text_of_value(value, column));
  }
  return record;
}

void Answer::add(int64_t query, const std::vector<Recommendation>& items, int offset) {
  for (size_t i = 0; i < items.size(); ++i) {
    queries.push_back(query);
    found.push_back(items[i].item);
    ranks.push_back(static_cast<int64_t>(i) + offset + 1);
    scores.push_back(items[i].score);
    for (size_t t = 0; t < predictions.size(); ++t) predictions[t].push_back(items[i].predictions[t]);
  }
}

nb::dict Answer::take() {
  nb::list labels;
  for (std::vector<float>& label : predictions) labels.append(array_of(std::move(label)));
  nb::dict arrays;
  arrays["query"] = array_of(std::move(queries));
  arrays["item"] = array_of(std::move(found));
  arrays["rank"] = array_of(std::move(ranks));
  arrays["score"] = array_of(std::move(scores));
  arrays["predictions"] = labels;
  arrays["notes"] = nb::cast(notes);
  return arrays;
}

}  // namespace shortlist::python
