#include "shortlist/jobs/scale_constants.h"

#include <nlohmann/json.hpp>

#include "shortlist/io/file.h"
#include "shortlist/io/json.h"

namespace shortlist {

ScaleConstants load_scale_constants(const std::string& path) {
  ScaleConstants constants;
  const Value value = parse_json_value(read_file(path), path);
  reading_file(path, [&] { read_value(value, constants, Where{}); });
  return constants;
}

}  // namespace shortlist
