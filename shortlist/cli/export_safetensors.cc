#include "shortlist/interop/vectors/export_safetensors.h"
#include "shortlist/bundle/bundle_store.h"

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/export_formats.h"
#include "shortlist/cli/words.h"
#include "shortlist/model/label_scale.h"

namespace shortlist {

void write_safetensors_weights(const ExportCommand& command) {
  const Bundle bundle = load_bundle(command.bundle);
  fold_label_scales(bundle.spec, *bundle.parameters);
  export_safetensors(command.out, *bundle.parameters);
  say("wrote {} tensors to {}", bundle.parameters->size(), command.out);
}

}  // namespace shortlist
