#include <algorithm>

#include "shortlist/cli/export_formats.h"
#include "shortlist/cli/words.h"

namespace shortlist {

const std::vector<ExportFormat>& export_formats() {
  static const std::vector<ExportFormat> formats = {
      {"tensorflow", "weights that a Keras model's load_weights(PATH) reads", write_tensorflow},
      {"onnx",
       "a folder: query.onnx, candidate.onnx, ranking.onnx, and inputs.json, which says what they take",
       write_onnx},
  };
  return formats;
}

std::string export_format_names() {
  std::string names;
  for (const ExportFormat& format : export_formats())
    names += (names.empty() ? "" : "|") + std::string(format.name);
  return names;
}

void run(const ExportCommand& command) {
  const auto format = std::ranges::find(export_formats(), command.to, &ExportFormat::name);
  if (format == export_formats().end())
    throw usage_error("--to: got '{}', need {}", command.to, export_format_names());
  format->write(command);
}

}  // namespace shortlist
