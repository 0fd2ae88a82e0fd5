// Reads configs.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"

namespace shortlist {

// Reads and checks a config. Throws a usage Error with file, line, key, the value and what is allowed.
Config read_config(const Value& root, const std::string& file);
// Reads settings without the checks that involve several sections, such as that a tower names features that
// exist. Throws a usage Error for an unknown key or a wrong value.
Config read_sections(const Value& root, const std::string& file);
// Throws a usage Error if a list of layers is wrong. Layers are read when the model is built. This check
// reports their errors before any data is read.
void check_layers(const Config& config);
// The path relative to the config's folder if a file, or files of a glob, exist there; otherwise the path
// itself.
std::string beside_config(const std::string& folder, const std::string& path);
// Reads a config file and overrides its settings with `settings`, each "key=value".
Config load_config(const std::string& path, const std::vector<std::string>& settings = {});

}  // namespace shortlist
