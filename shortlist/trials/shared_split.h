// One split for several trainings: the rows of each part, written to a file that every training's config
// names.
#pragma once

#include <string>

#include "shortlist/config/config.h"

namespace shortlist {

struct SharedSplit {
  std::string rows;  // the .npy file, as an absolute path
  size_t train = 0, validation = 0, test = 0;
  std::string hash;  // of the table's columns that the config reads, of the rows and of the parts' sizes
};

// Splits the config's table and writes the rows of the parts. With `without_test`, the file has no test rows,
// so a training on it cannot look at them. Throws what training would throw about the table.
SharedSplit write_shared_split(const Config& config, const std::string& file, bool without_test);

// The settings of `config` as a tree, for a file of its own: with the data of `data` (its tables as they were
// given, so relative paths are those of the working directory) and the split. The column that orders users'
// rows is that of `data`, even if it came from its split.
Value settings_on(const SharedSplit& split, const Config& config, const Config& data);

// The settings of `config` as a tree, for a file in any folder: its tables' paths are those that it reads.
Value settings_anywhere(const Config& config);

// The command-line options that make `train` read the tables of the config.
std::vector<std::string> table_options(const Config& config);

}  // namespace shortlist
