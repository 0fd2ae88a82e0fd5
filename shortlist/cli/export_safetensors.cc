#include "shortlist/interop/vectors/export_safetensors.h"
#include "shortlist/bundle/bundle_store.h"

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/export_formats.h"
#include "shortlist/cli/words.h"
#include "shortlist/model/label_scale.h"

namespace shortlist {

void write_safetensors_weights(const ExportCommand& command) {
  const Bundle bundle = load_bundle(command.bundle);
  const Towers& towers = bundle.need_towers("export --to safetensors");
  fold_label_scales(towers.spec, *towers.parameters);
  export_safetensors(command.out, *towers.parameters);
  say("wrote {} tensors to {}", towers.parameters->size(), command.out);
}

}  // namespace shortlist
