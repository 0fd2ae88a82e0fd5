#include "shortlist/interop/export_safetensors.h"

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/export_formats.h"
#include "shortlist/cli/words.h"

namespace shortlist {

void write_safetensors_weights(const ExportCommand& command) {
  const Bundle bundle = load_bundle(command.bundle);
  export_safetensors(command.out, *bundle.parameters);
  say("wrote {} tensors to {}", bundle.parameters->size(), command.out);
}

}  // namespace shortlist
