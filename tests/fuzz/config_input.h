// One input of the config fuzzer: a TOML config.
#pragma once

#include "shortlist/config/build.h"
#include "shortlist/config/config.h"
#include "shortlist/config/config_toml.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/toml.h"
#include "tests/fuzz/fuzzed_reader.h"

namespace shortlist {

// Reads it and builds its model, of features with three values each. What is read is written and read again,
// to the same.
inline bool read_fuzzed_config(std::string_view input) {
  Config config;
  if (!read_or_refuse(input, [&] { config = read_config(parse_toml(input, "fuzzed"), "fuzzed"); }))
    return false;
  const std::string written = config_to_toml(config);
  if (config_to_toml(read_config(parse_toml(written, "written"), "written")) != written) {
    std::fprintf(stderr, "reads back to another config:\n%s\n", written.c_str());
    std::abort();
  }
  return read_or_refuse(input, [&] {
    const std::vector<FeatureShape> query(config.query.features.size(), {.ids = 3}),
        candidate(config.items.features.size(), {.ids = 3});
    build_model(config, query, candidate);
  });
}

// A value behind --set KEY=.
inline void read_fuzzed_setting(std::string_view input) {
  read_or_refuse(input, [&] { parse_toml_value(input); });
}

}  // namespace shortlist
