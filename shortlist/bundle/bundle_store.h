// Saves and loads bundles.
#pragma once

#include <optional>
#include <string>

#include "shortlist/bundle/bundle.h"

namespace shortlist {

// Makes the folder a bundle, or replaces the bundle in it. Whenever it fails, is killed, or the disk is full,
// the folder is the old bundle or the new one, whole. Nobody else may save there at the same time.
void save_bundle(const std::string& path, const BundleContent& content);

// Checks format, version and every checksum, and reads only files that the manifest lists. The bundle is in
// memory as a whole: what happens to the files later does not change it. Throws a data Error that names the
// file at fault.
Bundle load_bundle(const std::string& path);

// A single file of a bundle, after its checksum has been verified; none if there is no bundle, or it does not
// list the file. Throws a data Error if it is damaged.
std::optional<std::string> read_bundle_file(const std::string& path, const std::string& name);
// The part that evaluation alone needs; none where an older program wrote the bundle. Throws as
// load_bundle(), and where another bundle has taken the folder since this one was loaded.
std::optional<TrainedOn> load_baselines(const Bundle& bundle);

// Whether the folder holds a bundle (a manifest). Throws a data Error where that cannot be seen.
bool is_bundle(const std::string& path);

// Changes when another bundle takes the folder's place, or its own is replaced: its manifest is the last file
// to be written. "" where there is none, or none can be seen.
std::string bundle_stamp(const std::string& path);

}  // namespace shortlist
