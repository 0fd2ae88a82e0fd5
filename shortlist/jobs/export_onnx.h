// Exports a bundle's towers and ranking as ONNX.
#pragma once

#include <string>

namespace shortlist {

// Same as export_onnx() in interop/onnx. Returns whether the model has a ranking. Throws Error(usage) for a
// model without towers.
bool export_to_onnx(const std::string& bundle, const std::string& folder);

}  // namespace shortlist
