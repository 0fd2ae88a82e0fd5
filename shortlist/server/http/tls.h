// The server's side of TLS.
#pragma once

#include <memory>

#include "shortlist/server/http/server_settings.h"
#include "shortlist/server/http/sockets.h"

namespace shortlist {

// TLS 1.2 and later, with OpenSSL's default ciphers. Throws Error(data) with the file's name if the
// certificate or its key cannot be read.
std::shared_ptr<TlsContext> make_tls(const ServerSettings& settings);

}  // namespace shortlist
