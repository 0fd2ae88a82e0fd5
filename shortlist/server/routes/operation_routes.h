// Routes about the server itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shortlist/server/model_store.h"
#include "shortlist/server/routes/route.h"

namespace shortlist {

// What these routes need from the service, which must outlive them.
struct Operations {
  std::function<bool()> draining;
  std::function<std::string()> metrics, openapi;
  std::function<std::vector<ModelPtr>()> models;
  Handler reload;
};
void add_operation_routes(const Operations& service, Routes& routes);

// The models that are served, the default model first.
HttpResponse models_response(const std::vector<ModelPtr>& models);

}  // namespace shortlist
