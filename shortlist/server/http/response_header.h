// Formats the header of an HTTP/1.1 answer.
#pragma once

#include <string>

#include "shortlist/server/http/http.h"

namespace shortlist {

// What happens to a connection after an answer. HTTP/1.0 must be told if it stays open.
enum class After { close, stay, stay_as_asked };

// The status line and header. `length` is the length of the content, even if the content is not sent.
std::string header_text(const HttpResponse& response, size_t length, After after);

}  // namespace shortlist
