// Makes a bundle from a Keras model's weights, without training.
#pragma once

#include "shortlist/bundle/bundle.h"
#include "shortlist/config/config.h"
#include "shortlist/interop/tensorflow/import_keras.h"
#include "shortlist/metrics/evaluation_report.h"

namespace shortlist {

struct ImportOptions {
  std::string checkpoint;      // as for import_keras()
  std::string out;             // the folder that becomes the bundle
  int threads = 0;             // 0: one per processor
  bool new_optimizer = false;  // ignores the checkpoint's optimizer; training continues with a new one
};

struct ImportResult {
  KerasImport imported;
  EvaluationReport report;
};

// Fits the features on the config's table, which gives Keras's vocabularies, fills the model that the config
// describes, evaluates and saves. The bundle's run is at the step of the checkpoint's optimizer, so train()
// with `resume` continues from there. Throws Error(usage) for a folder that contains a run.
ImportResult import_bundle(const Config& config, const ImportOptions& options);

// The file in which a bundle of a Keras model stores the model's structure, so that weights can be exported
// back. Empty if the bundle has none. Throws Error(data) if it is damaged.
std::vector<ExtraFile> kept_structure(const std::string& bundle);

}  // namespace shortlist
