// Compresses answers with gzip (RFC 1952) for clients that accept it.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/server/http/http.h"

namespace shortlist {

// Whether an Accept-Encoding header accepts gzip: it lists gzip or "*" with a weight above 0.
bool takes_gzip(std::string_view accept_encoding);

std::string gzip(std::string_view content);

// Compresses the content if the client accepts it and the content is text above a minimum length. Adds
// Accept-Encoding to Vary. Content that outlives the server is compressed once and kept.
void compress(const HttpRequest& request, HttpResponse& response);

}  // namespace shortlist
