// Checks that a request's header is unambiguous about where the request ends and which host it is for. If two
// readers interpret it differently, a request can be hidden in another's body (request smuggling).
#pragma once

#include <boost/beast/http/message.hpp>
#include <optional>

#include "shortlist/server/limits.h"
#include "shortlist/server/routes/problem.h"

namespace shortlist {

// The client's error for an error code of the HTTP parser.
Problem parse_problem(const boost::system::error_code& error, const Limits& limits);

// 501 for a Transfer-Encoding other than exactly "chunked". 400 for a Transfer-Encoding together with a
// length or in HTTP/1.0, and for a Host that is missing in HTTP/1.1 or repeated. None for a valid header.
// After an error, nothing more can be read from the connection.
std::optional<Problem> framing_problem(const boost::beast::http::request_header<>& header);

// Whether the client waits for permission to send the body: "Expect: 100-continue" in any case.
bool expects_continue(const boost::beast::http::request_header<>& header);

}  // namespace shortlist
