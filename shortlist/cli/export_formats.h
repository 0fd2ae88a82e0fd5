// The formats that `shortlist export` writes: the list in export.cc, and the functions of formats that have
// a file of their own.
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

}  // namespace shortlist
