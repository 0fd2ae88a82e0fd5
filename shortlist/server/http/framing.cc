#include "shortlist/server/http/framing.h"

#include <boost/beast/http/error.hpp>

namespace shortlist {
namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Problem parse_problem(const boost::system::error_code& error, const Limits& limits) {
  if (error == http::error::body_limit)
    return {413, "body_too_large", fmt::format("the body has more than {} bytes", limits.max_body_bytes)};
  if (error == http::error::header_limit)
    return {431, "header_too_large",
            fmt::format("the header has more than {} bytes", limits.max_header_bytes)};
  if (error == http::error::bad_version) return {505, "bad_version", "need HTTP/1.1"};
  return {400, "bad_request", fmt::format("not an HTTP request: {}", error.message())};
}

std::optional<Problem> framing_problem(const http::request_header<>& header) {
  const auto bad = [](const char* detail) { return Problem(400, "bad_request", detail); };
  const bool is_old = header.version() < 11;
  if (const size_t encodings = header.count(http::field::transfer_encoding); encodings > 0) {
    const std::string_view encoding = view(header[http::field::transfer_encoding]);
    if (encodings > 1 || !same_text(encoding, "chunked")) {
      return Problem(501, "unsupported_encoding",
                     fmt::format("got the transfer encoding '{}', need chunked alone", encoding));
    }
    if (header.count(http::field::content_length) > 0)
      return bad("both Content-Length and Transfer-Encoding");
    if (is_old) return bad("Transfer-Encoding in HTTP/1.0");
  }
  const size_t hosts = header.count(http::field::host);
  if (hosts > 1) return bad("more than one Host header");
  if (hosts == 0 && !is_old) return bad("no Host header");
  return std::nullopt;
}

bool expects_continue(const http::request_header<>& header) {
  return header.version() >= 11 && same_text(view(header[http::field::expect]), "100-continue");
}

}  // namespace shortlist
