// The first part of an answer as HTTP/1.1 writes it.
#pragma once

#include <string>

#include "shortlist/server/http/http.h"

namespace shortlist {

// How a connection goes on after an answer. HTTP/1.0 has to be told that it stays.
enum class After { close, stay, stay_as_asked };

// The status line and header. `length` is that of the content, which may be left out.
std::string header_text(const HttpResponse& response, size_t length, After after);

}  // namespace shortlist
