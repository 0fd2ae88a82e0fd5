// All problem codes, for the API's description and docs/reference/http.md.
#pragma once

#include <string_view>

namespace shortlist {

struct ProblemCode {
  int status;
  std::string_view code, meaning;
};

inline constexpr ProblemCode kProblemCodes[] = {
    {400, "bad_request", "The bytes are no HTTP request, or not one that has a single meaning."},
    {400, "invalid_target", "The URL has a '%' without two hexadecimal digits."},
    {400, "invalid_json", "The body is not JSON."},
    {400, "invalid_batch",
     "TensorFlow Serving, Open Inference: there are no rows, or more than --max-batch."},
    {400, "invalid_inputs", "TensorFlow Serving: the inputs are not instances or columns."},
    {400, "invalid_base64", "TensorFlow Serving: a b64 value is not base64."},
    {400, "no_signature", "TensorFlow Serving: there is no such signature."},
    {400, "no_inputs", "TensorFlow Serving, Open Inference: there is no input."},
    {400, "uneven_inputs", "TensorFlow Serving, Open Inference: inputs have different numbers of rows."},
    {400, "no_output", "Open Inference: there is no such output."},
    {400, "repeated_output", "Open Inference: an output is named twice."},
    {401, "no_key", "The request has no key, or one that is not known."},
    {403, "wrong_scope", "The key's scope does not allow this."},
    {403, "cross_site", "The page of a site that --cors-origin does not name asks a local server."},
    {403, "no_bundles_root", "An admin names a bundle, but the server has no --bundles-root."},
    {404, "not_found", "No route, item or column has that name."},
    {404, "no_model", "No model has that name."},
    {404, "no_version", "The model has no such version."},
    {405, "method_not_allowed", "The path takes other methods, which the header Allow names."},
    {409, "no_ranking", "The model predicts no labels. The foreign protocols answer it with 400."},
    {409, "not_loaded", "The bundle cannot be loaded; the old one stays."},
    {409, "stale_cursor", "The cursor is of another list, or of a model that was replaced."},
    {413, "body_too_large", "The body has more than --max-body-bytes."},
    {415, "unsupported_media_type", "The body's content type is not application/json."},
    {421, "wrong_host", "The Host is no name of this server; --public-host adds names."},
    {422, "invalid_field", "A field or parameter has no meaning or is beyond a limit; `errors` names it."},
    {422, "answer_too_large",
     "The answer would have more than --max-answer-bytes; `errors` says what to lower."},
    {422, "too_costly", "The request would take more than --max-operations; `errors` says what to lower."},
    {422, "unprocessable", "The model cannot answer this request; `detail` says why."},
    {429, "too_many_requests", "The client asks faster than --rate. Retry-After says when to ask again."},
    {431, "header_too_large", "The header has more than --max-header-bytes."},
    {499, "client_gone",
     "The client closed the connection before its answer was ready. Only the log has it."},
    {500, "internal", "The server failed; its log has the reason under the request's id."},
    {501, "unsupported_encoding", "The transfer encoding is not exactly chunked."},
    {503, "busy",
     "Too many long requests wait already, or bodies and answers take too much memory. Retry-After says "
     "when to ask again."},
    {503, "timeout",
     "The answer was not ready within --request-timeout. Retry-After says when to ask again."},
    {505, "bad_version", "The version of HTTP is not 1.0 or 1.1."},
};

}  // namespace shortlist
