// All problem codes, for the API's description and docs/reference/http.md.
#pragma once

#include <string_view>

namespace shortlist {

struct ProblemCode {
  int status;
  std::string_view code, meaning;
};

inline constexpr ProblemCode kProblemCodes[] = {
    {400, "bad_request", "The bytes are not an HTTP request, or are an ambiguous one."},
    {400, "invalid_target", "The URL has a '%' without two hexadecimal digits."},
    {400, "invalid_json", "The body is not JSON."},
    {400, "invalid_batch",
     "TensorFlow Serving, Open Inference: there are no rows, or more than --max-batch."},
    {400, "invalid_inputs", "TensorFlow Serving: the inputs are neither instances nor columns."},
    {400, "invalid_base64", "TensorFlow Serving: a b64 value is not base64."},
    {400, "no_signature", "TensorFlow Serving: the model has no such signature."},
    {400, "no_inputs", "TensorFlow Serving, Open Inference: the request has no input."},
    {400, "uneven_inputs", "TensorFlow Serving, Open Inference: inputs have different numbers of rows."},
    {400, "no_output", "Open Inference: the output does not exist."},
    {400, "repeated_output", "Open Inference: an output is named twice."},
    {401, "no_key", "The request has no key, or an unknown one."},
    {403, "wrong_scope", "The key's scope does not allow this."},
    {403, "cross_site",
     "A page of a site that --cors-origin does not name sent a request to a local server."},
    {403, "no_bundles_root", "The request names a bundle, but the server has no --bundles-root."},
    {404, "not_found", "There is no such route, item or column."},
    {404, "no_model", "There is no such model."},
    {404, "no_version", "The model has no such version."},
    {405, "method_not_allowed", "The path does not allow this method; the Allow header lists those it does."},
    {409, "no_ranking", "The model predicts no labels. The other protocols return 400 instead."},
    {409, "not_loaded", "The bundle cannot be loaded; the old one stays in service."},
    {409, "stale_cursor", "The cursor belongs to another list, or to a model that was replaced."},
    {413, "body_too_large", "The body is larger than --max-body-bytes."},
    {415, "unsupported_media_type", "The content type of the body is not application/json."},
    {421, "wrong_host", "The Host header is not a name of this server; --public-host adds names."},
    {422, "invalid_field", "A field or parameter is unknown, invalid or beyond a limit; `errors` names it."},
    {422, "answer_too_large",
     "The answer would be larger than --max-answer-bytes; `errors` says what to reduce."},
    {422, "too_costly", "The request would need more than --max-operations; `errors` says what to reduce."},
    {422, "unprocessable", "The model cannot answer this request. `detail` gives the reason."},
    {429, "too_many_requests", "The client exceeds --rate. Retry-After says when to try again."},
    {431, "header_too_large", "The header is larger than --max-header-bytes."},
    {499, "client_gone",
     "The client closed the connection before its answer was ready. It appears only in the log."},
    {500, "internal", "The server failed. Its log has the reason under the request id."},
    {501, "unsupported_encoding", "The transfer encoding is not exactly chunked."},
    {503, "busy", "Too many requests are waiting. Retry-After says when to try again."},
    {503, "older_version",
     "The server has an older model than X-Min-Version asks for. Another server may have it; Retry-After "
     "says "
     "when to try again."},
    {503, "timeout",
     "The answer was not ready within --request-timeout. Retry-After says when to try again."},
    {505, "bad_version", "The HTTP version is neither 1.0 nor 1.1."},
};

}  // namespace shortlist
