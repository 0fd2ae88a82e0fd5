// Whether a request's header says in one way only where the request ends and for whom it is. What two readers
// may read differently lets a request hide in another's body.
#pragma once

#include <boost/beast/http/message.hpp>
#include <optional>

#include "shortlist/server/limits.h"
#include "shortlist/server/routes/problem.h"

namespace shortlist {

// What the client did wrong where the parser of HTTP gave up.
Problem parse_problem(const boost::system::error_code& error, const Limits& limits);

// 501 for a Transfer-Encoding other than exactly "chunked"; 400 for a length beside it, for it in HTTP/1.0,
// and for a Host that is missing in HTTP/1.1 or is there twice. None for a header without such faults. After
// a fault nothing more can be read from the connection.
std::optional<Problem> framing_problem(const boost::beast::http::request_header<>& header);

// Whether the header asks to be told to go on before the body is sent: "Expect: 100-continue" in any case.
bool expects_continue(const boost::beast::http::request_header<>& header);

}  // namespace shortlist
