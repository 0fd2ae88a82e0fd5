// The formats that `shortlist export` writes: the list in export.cc, and a function for each format that is
// more than the items' vectors.
#pragma once

#include <string>
#include <vector>

#include "shortlist/cli/commands.h"

namespace shortlist {

struct ExportFormat {
  const char* name;  // as --to takes it
  const char* help;  // what is written, and what reads it: a line of --help
  void (*write)(const ExportCommand&);
};
const std::vector<ExportFormat>& export_formats();

// "tensorflow|npy"
std::string export_format_names();

void write_tensorflow(const ExportCommand& command);
void write_onnx(const ExportCommand& command);
void write_safetensors_weights(const ExportCommand& command);
void write_hnswlib(const ExportCommand& command);

}  // namespace shortlist
