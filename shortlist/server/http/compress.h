// Answers in gzip (RFC 1952), for clients that take it.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/server/http/http.h"

namespace shortlist {

// Whether an Accept-Encoding header takes gzip: it is named, or "*" is, with a weight above 0.
bool takes_gzip(std::string_view accept_encoding);

std::string gzip(std::string_view content);

// Compresses the content where the client takes that and it is text of some length. Says in Vary that the
// answer depends on Accept-Encoding. Content that outlives the server is compressed once and kept.
void compress(const HttpRequest& request, HttpResponse& response);

}  // namespace shortlist
