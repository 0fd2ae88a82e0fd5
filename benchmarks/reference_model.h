// The reference model's config, on the given table or on a generated table of the same shape in `folder`.
#pragma once

#include <string>
#include <vector>

#include "benchmarks/reference_table.h"
#include "shortlist/config/config.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/file.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {

inline constexpr const char* kReferenceConfig = "examples/anime/anime.toml";

inline Config reference_config(const TemporaryFolder& folder, std::string table,
                               const std::vector<std::string>& settings = {},
                               const std::string& path = kReferenceConfig) {
  if (table.empty()) {
    table = folder / "table.csv";
    write_file_atomically(table, ReferenceTable::csv());
  }
  Config config = load_config(path, settings);
  config.data.use_table(table);
  return config;
}

}  // namespace shortlist
