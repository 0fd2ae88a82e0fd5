// A bundle's towers and ranking as ONNX.
#pragma once

#include <string>

namespace shortlist {

// As export_onnx() in interop/onnx. Returns whether there is a ranking. Throws a usage Error for a model
// without towers.
bool export_to_onnx(const std::string& bundle, const std::string& folder);

}  // namespace shortlist
