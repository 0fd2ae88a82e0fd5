#include "shortlist/server/reload.h"

#include "shortlist/base/error.h"
#include "shortlist/server/log.h"

namespace shortlist {

ModelPtr reload_model(ModelStore& models, ServerMetrics& metrics, std::string_view name,
                      const std::string& path) {
  try {
    ModelPtr model = models.reload(name, path);
    metrics.count_reload(name, true);
    metrics.set_model(model->name, model->version(), static_cast<int64_t>(model->recommender.item_count()));
    log("model loaded", {{"model", model->name}, {"version", model->version()}, {"bundle", model->path}});
    return model;
  } catch (const std::exception& error) {
    metrics.count_reload(name, false);
    log("model not loaded; the old one is kept", {{"model", name}, {"error", error.what()}});
    throw;
  }
}

}  // namespace shortlist
