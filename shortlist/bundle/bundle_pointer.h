// A file `latest` names the bundle of a folder that is to be served.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shortlist {

constexpr const char* kPointerFile = "latest";

// The first line is the bundle's folder. The second line, which is optional, is the number of the release: it
// grows with each change of the file, also with a change back to an older bundle.
struct BundlePointer {
  std::string folder;
  std::optional<int64_t> release;
};

// Throws a data Error that names `path` if the text is anything else.
BundlePointer parse_pointer(std::string_view text, const std::string& path);

}  // namespace shortlist
