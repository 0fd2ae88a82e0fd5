// The whole service: models, transport, and the signals that steer it.
#pragma once

#include <string>
#include <vector>

#include "shortlist/server/http/http_server.h"
#include "shortlist/server/limits.h"
#include "shortlist/server/model_store.h"

namespace shortlist {

struct ServeOptions {
  std::vector<ModelSource> models;  // the first answers where no name is given
  ServerSettings server;
  Limits limits;
  std::string keys;                       // a file of keys; "": none
  bool without_keys = false;              // answers anyone, also on a public address
  std::vector<std::string> public_hosts;  // names under which a proxy passes requests on: hosts.h
  std::vector<std::string> cors_origins;  // sites whose pages may read the answers: cors.h
  int trusted_proxies = 0;                // between clients and the server: client_address.h
  std::string bundles_root;               // the folder that admins may load bundles from; "": none
  bool access_log = false;                // a line in the log for each request
  bool watch = true;  // looks every second whether a bundle, or what `latest` says, has changed
};

// Serves until SIGTERM or SIGINT, then lets open requests end, unless a second one comes. SIGHUP loads the
// bundles, the keys and the certificate again. Call it before there are threads: it blocks these signals.
// Throws what loading and listening throw.
void serve(const ServeOptions& options);

}  // namespace shortlist
