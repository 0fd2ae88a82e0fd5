#include "shortlist/jobs/export_onnx.h"

#include "shortlist/cli/export_formats.h"
#include "shortlist/cli/words.h"

namespace shortlist {

void write_onnx(const ExportCommand& command) {
  const bool ranks = export_to_onnx(command.bundle, command.out);
  say("wrote query.onnx, item.onnx{} and inputs.json to {}", ranks ? ", ranking.onnx" : "", command.out);
}

}  // namespace shortlist
