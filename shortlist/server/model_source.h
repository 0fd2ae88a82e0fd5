// Where a served model comes from: a folder or an address (bundle/bundle_address.h), with a bundle or with a
// file `latest` that names one.
#pragma once

#include <cstdint>
#include <string>

#include "shortlist/bundle/fetch_bundle.h"

namespace shortlist {

struct ModelSource {
  std::string name;
  std::string
      path;  // a bundle, or a folder whose file `latest` names the bundle's folder in it; or an address
};

// Parses "runs/anime" (named anime), "films=runs/anime" or "films=s3://bucket/anime".
ModelSource parse_model_source(const std::string& text);

// The real path of a folder beneath `root`. `path` is relative to it or absolute. Throws Error(data) if the
// folder does not exist or is not beneath the root, also through ".." or links. The message is the same for
// both, so that clients cannot learn what exists elsewhere. A file `latest` in the folder must also name a
// folder beneath the root.
std::string resolve_beneath(const std::string& root, const std::string& path);

// A bundle that a source names now.
struct SourceBundle {
  std::string folder;
  // Orders the bundles that a source has named: the number in `latest`, or the time of that file (of the
  // manifest, if there is no such file) in milliseconds since 1970. 0 if it is not known.
  int64_t release = 0;
};

// Finds the bundle that a source names, and fetches it if the source is an address. Throws the errors of
// reading and of find_bundle() and fetch_bundle().
SourceBundle resolve_source(const std::string& path, const FetchSettings& settings);

// Texts that change if the source names another bundle or release, and if any file of the bundle is replaced
// or written to. They are for folders; an error's message is such a text too.
std::string stamp_of(const std::string& path);
std::string stamp_of_files(const std::string& path);

// The same for an address, at which the manifest is immutable only together with its files. Slow; throws the
// errors of find_bundle().
std::string stamp_of_address(const std::string& address, const FetchSettings& settings);

}  // namespace shortlist
