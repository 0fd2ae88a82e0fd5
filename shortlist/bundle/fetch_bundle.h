// Fetches bundles from addresses (bundle_address.h) into a cache, a folder with a bundle per fingerprint:
//   CACHE/FINGERPRINT/            a complete bundle; the fingerprint is its manifest's SHA-256
//   CACHE/.FINGERPRINT.partial/   one that is being fetched, or whose fetch was killed: it is continued
//   CACHE/.FINGERPRINT.lock       held by the process that fetches it
// A bundle appears under its name complete, on disk and verified.
#pragma once

#include <cstdint>
#include <string>

namespace shortlist {

struct FetchSettings {
  std::string cache;     // "": default_cache()
  std::string command;   // "": curl or rclone, by the address
  double timeout = 600;  // seconds per file
  int keep = 3;          // bundles in the cache
};

// $CACHE_DIRECTORY (of systemd), $XDG_CACHE_HOME/shortlist or ~/.cache/shortlist. Throws Error(usage) if none
// is set.
std::string default_cache();

// The settings of SHORTLIST_CACHE and SHORTLIST_FETCH_COMMAND.
FetchSettings fetch_settings_of_environment();

// A bundle at an address, before its files are fetched.
struct FoundBundle {
  std::string address;   // of the bundle itself
  std::string manifest;  // the text of its manifest
  // Orders what is served from one address: the number in `latest`, or the time of the file `latest` (of the
  // manifest, if there is no such file) in milliseconds since 1970. 0 if neither is known, because the fetch
  // command does not preserve times.
  int64_t release = 0;
};

// Finds the bundle at an address, or the one that a file `latest` there names. Throws Error(failed) with the
// command's message if neither can be fetched, a data Error if what is fetched is not a manifest.
FoundBundle find_bundle(const std::string& address, const FetchSettings& settings);

// Fetches the files that are not in the cache yet, and returns the folder. Files of a cached bundle that are
// damaged are fetched again. Removes other bundles of the cache beyond settings.keep, the ones that were used
// longest ago. Throws Error(failed) if a file cannot be fetched or is not what the manifest says.
std::string fetch_bundle(const FoundBundle& bundle, const FetchSettings& settings);

// The folder of a bundle for commands that read it once: fetches it if `path` is an address, with the
// settings of the environment. Otherwise returns the path.
std::string local_bundle(const std::string& path);

}  // namespace shortlist
