// The whole service: models, transport, and the signals that steer it.
#pragma once

#include <string>
#include <vector>

#include "shortlist/server/http_server.h"
#include "shortlist/server/limits.h"
#include "shortlist/server/model_store.h"

namespace shortlist {

struct ServeOptions {
  std::vector<ModelSource> models;  // the first answers where no name is given
  ServerSettings server;
  Limits limits;
  std::string keys;           // a file of keys; "": none
  bool without_keys = false;  // answers anyone, also on a public address
  bool watch = true;          // looks every second whether a bundle, or what `latest` says, has changed
};

// Serves until SIGTERM or SIGINT, then lets open requests end, unless a second one comes. SIGHUP loads the
// bundles, the keys and the certificate again. Call it before there are threads: it blocks these signals.
// Throws what loading and listening throw.
void serve(const ServeOptions& options);

}  // namespace shortlist
