// The complete server: models, transport and signals.
#pragma once

#include <string>
#include <vector>

#include "shortlist/server/http/http_server.h"
#include "shortlist/server/limits.h"
#include "shortlist/server/model_store.h"

namespace shortlist {

struct ServeOptions {
  std::vector<ModelSource> models;  // the first is the default model
  ServerSettings server;
  Limits limits;
  std::string keys;                       // a file of keys; "": none
  bool without_keys = false;              // allows a public address without keys
  std::vector<std::string> public_hosts;  // host names that a proxy forwards: hosts.h
  std::vector<std::string> cors_origins;  // sites whose pages may read the answers: cors.h
  int trusted_proxies = 0;                // between clients and the server: client_address.h
  std::string bundles_root;               // the folder that admins may load bundles from; "": none
  bool access_log = false;                // log every request
  bool watch = true;         // check every second whether a bundle, or the target of `latest`, has changed
  FetchSettings fetch = {};  // of bundles at addresses
  double poll = 30;          // seconds between checks of addresses
};

// Serves until SIGTERM or SIGINT, then finishes open requests unless a second signal arrives. SIGHUP reloads
// the bundles, the keys and the certificate. Call it before threads are created, since it blocks these
// signals. Throws the errors of loading and listening.
void serve(const ServeOptions& options);

}  // namespace shortlist
