// From a Keras model's weights to a bundle, without training.
#pragma once

#include "shortlist/bundle/bundle.h"
#include "shortlist/config/config.h"
#include "shortlist/interop/tensorflow/import_keras.h"
#include "shortlist/metrics/evaluation_report.h"

namespace shortlist {

struct ImportOptions {
  std::string checkpoint;      // as import_keras() takes it
  std::string out;             // the folder that becomes the bundle
  int threads = 0;             // 0: one for each processor
  bool new_optimizer = false;  // leaves the checkpoint's aside: training goes on with a new one
};

struct ImportResult {
  KerasImport imported;
  EvaluationReport report;
};

// Fits the features on the config's table, which gives Keras's vocabularies; fills the model that the config
// makes of them; evaluates and saves. The bundle's run stands where the model's optimizer stood, so
// train() with `resume` goes on from there. Throws a usage Error for a folder that holds a run.
ImportResult import_bundle(const Config& config, const ImportOptions& options);

// The file in which a bundle of a Keras model keeps its structure, so that the weights can go back; none
// where it has none. Throws a data Error if it is damaged.
std::vector<ExtraFile> kept_structure(const std::string& bundle);

}  // namespace shortlist
