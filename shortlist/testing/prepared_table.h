// For tests only: the prepared small table, and a model for it with initial weights.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "shortlist/config/build.h"
#include "shortlist/config/resolve.h"
#include "shortlist/testing/small_table.h"
#include "shortlist/train/prepare.h"
#include "shortlist/train/trainer.h"

namespace shortlist {

struct TinyModel {
  TinyModel(const TinyTable& table, const Changes& changes = {}, int threads = 1)
      : config(table.config(changes)),
        prepared(prepare_data(resolve_data(config), table.open())),
        spec(build_model(config, prepared.features, prepared.label_scales)),
        parameters(spec),
        pool(threads) {
    parameters.initialize(static_cast<uint64_t>(config.training.seed));
    parameters.pack(pool, false);
  }

  const Dataset& data() const { return prepared.data; }
  Trainer trainer() { return Trainer(resolve_training(config), spec, parameters, prepared.data, pool); }
  // All parameters of the model, concatenated.
  std::vector<float> numbers() const {
    std::vector<float> all;
    for (size_t i = 0; i < parameters.size(); ++i) {
      const Matrix& m = parameters.at(i).value;
      all.insert(all.end(), m.data, m.data + m.rows * m.cols);
    }
    return all;
  }

  Config config;
  PreparedData prepared;
  ModelSpec spec;
  Parameters parameters;
  ThreadPool pool;
};

// Trains to the end.
inline void train_tiny(TinyModel& model) {
  Trainer trainer = model.trainer();
  TrainingCallback nobody;
  std::atomic<bool> stop = false;
  trainer.run(nobody, stop);
}

}  // namespace shortlist
