#include "shortlist/server/routes/problem.h"

#include "shortlist/base/fields.h"
#include "shortlist/io/json_writer.h"

namespace shortlist {

Problem invalid_field(const std::string& field, const std::string& message) {
  return {422, "invalid_field", field.empty() ? message : field + ": " + message, {{field, message}}};
}

Problem to_problem(const Error& error) {
  if (const auto* fault = dynamic_cast<const FieldError*>(&error))
    return invalid_field(fault->field(), fault->reason());
  if (error.kind() == ErrorKind::usage || error.kind() == ErrorKind::data)
    return {422, "unprocessable", error.message()};
  return {500, "internal", error.message()};
}

HttpResponse plain_error_response(const Problem& problem) {
  JsonWriter json;
  json.begin_object().member("error", problem.detail()).end_object();
  // The foreign protocols use only 400 for invalid content of a request.
  const int status = problem.status() == 422 ? 400 : problem.status();
  return {status, "application/json", json.take(), {}, problem.headers};
}

HttpResponse problem_response(const Problem& problem, std::string_view instance) {
  JsonWriter json;
  json.begin_object()
      .member("type", "about:blank")
      .member("title", status_text(problem.status()))
      .member("status", problem.status())
      .member("detail", problem.detail())
      .member("instance", instance)
      .member("code", problem.code());
  if (!problem.faults().empty()) {
    json.key("errors").begin_array();
    for (const FieldFault& fault : problem.faults())
      json.begin_object().member("field", fault.field).member("message", fault.message).end_object();
    json.end_array();
  }
  json.end_object();
  return {problem.status(), "application/problem+json", json.take(), {}, problem.headers};
}

}  // namespace shortlist
