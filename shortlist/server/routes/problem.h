// Errors as the API reports them: RFC 9457 problem details, with the fields at fault.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "shortlist/base/error.h"
#include "shortlist/server/http/http.h"

namespace shortlist {

struct FieldFault {
  std::string field;  // "query.genre", "filter.0": a path in the body, or a parameter's name
  std::string message;
};

// Thrown by a handler to answer with an error.
class Problem : public std::runtime_error {
 public:
  // `code` is for programs: "invalid_field", "not_found"; `detail` for people.
  Problem(int status, std::string code, const std::string& detail, std::vector<FieldFault> faults = {})
      : std::runtime_error(detail),
        status_(status),
        code_(std::move(code)),
        detail_(detail),
        faults_(std::move(faults)) {}
  int status() const { return status_; }
  const std::string& code() const { return code_; }
  const std::string& detail() const { return detail_; }  // what() would end at a NUL
  const std::vector<FieldFault>& faults() const { return faults_; }

  std::vector<std::pair<std::string_view, std::string>> headers;  // such as Retry-After

 private:
  int status_;
  std::string code_, detail_;
  std::vector<FieldFault> faults_;
};

// 422: a field with an invalid value.
Problem invalid_field(const std::string& field, const std::string& message);

// Maps an Error of the engine: usage and data are the client's fault (422), the rest is the server's (500).
Problem to_problem(const Error& error);

// {"error": "..."}, as the foreign protocols define it.
HttpResponse plain_error_response(const Problem& problem);

// application/problem+json.
HttpResponse problem_response(const Problem& problem, std::string_view instance);

}  // namespace shortlist
