// Saves and loads bundles.
#pragma once

#include <optional>
#include <string>

#include "shortlist/bundle/bundle.h"

namespace shortlist {

// Creates a bundle in the folder, or replaces the one in it. If the save fails, is killed, or the disk is
// full, the folder contains either the old or the new bundle, complete. Only one process may save to the
// folder at a time.
void save_bundle(const std::string& path, const BundleContent& content);

// Verifies format, version and every checksum, and reads only files that the manifest lists. The whole bundle
// is in memory, so later changes to the files do not affect it. Throws a data Error that names the damaged
// file.
Bundle load_bundle(const std::string& path);

// Reads a single file of a bundle and verifies its checksum. Returns none if there is no bundle or it does
// not list the file. Throws a data Error if the file is damaged.
std::optional<std::string> read_bundle_file(const std::string& path, const std::string& name);
// Loads the part that only evaluation needs. Returns none if an older version wrote the bundle. Throws as
// load_bundle(), and if the bundle in the folder has been replaced since `bundle` was loaded.
std::optional<TrainedOn> load_baselines(const Bundle& bundle);

// Whether the folder has a bundle (a manifest). Throws a data Error if that cannot be determined.
bool is_bundle(const std::string& path);

// A value that changes if the folder or the bundle in it is replaced: it depends on the manifest, which is
// written last. "" if there is no manifest or it cannot be accessed.
std::string bundle_stamp(const std::string& path);

}  // namespace shortlist
