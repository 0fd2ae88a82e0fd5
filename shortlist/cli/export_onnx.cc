#include "shortlist/interop/onnx/export_onnx.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/cli/export_formats.h"
#include "shortlist/cli/words.h"

namespace shortlist {

void write_onnx(const ExportCommand& command) {
  const Bundle bundle = load_bundle(command.bundle);
  export_onnx(command.out, bundle.config, bundle.features, bundle.spec, *bundle.parameters);
  say("wrote query.onnx, candidate.onnx{} and inputs.json to {}",
      bundle.spec.rankings.empty() ? "" : ", ranking.onnx", command.out);
}

}  // namespace shortlist
