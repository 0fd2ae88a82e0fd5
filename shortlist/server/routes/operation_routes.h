// Routes about the server itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shortlist/server/model_store.h"
#include "shortlist/server/routes/route.h"

namespace shortlist {

// What they ask of the service. It must outlive the routes.
struct Operations {
  std::function<bool()> draining;
  std::function<std::string()> metrics, openapi;
  std::function<std::vector<ModelPtr>()> models;
  Handler reload;
};
void add_operation_routes(const Operations& service, Routes& routes);

// The models that are served, the first first.
HttpResponse models_response(const std::vector<ModelPtr>& models);

}  // namespace shortlist
