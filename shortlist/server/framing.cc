#include "shortlist/server/framing.h"

namespace shortlist {
namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::optional<Problem> framing_problem(const http::request_header<>& header) {
  const auto bad = [](const char* detail) { return Problem(400, "bad_request", detail); };
  const bool is_old = header.version() < 11;
  if (const size_t encodings = header.count(http::field::transfer_encoding); encodings > 0) {
    const std::string_view encoding = view(header[http::field::transfer_encoding]);
    if (encodings > 1 || !same_text(encoding, "chunked")) {
      return Problem(501, "unsupported_encoding",
                     fmt::format("got the transfer encoding '{}', need chunked alone", encoding));
    }
    if (header.count(http::field::content_length) > 0) return bad("Content-Length beside Transfer-Encoding");
    if (is_old) return bad("Transfer-Encoding in HTTP/1.0");
  }
  const size_t hosts = header.count(http::field::host);
  if (hosts > 1) return bad("more than one header Host");
  if (hosts == 0 && !is_old) return bad("no header Host");
  return std::nullopt;
}

bool expects_continue(const http::request_header<>& header) {
  return header.version() >= 11 && same_text(view(header[http::field::expect]), "100-continue");
}

}  // namespace shortlist
