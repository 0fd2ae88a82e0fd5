#include "shortlist/interop/vectors/item_ids.h"

#include <nlohmann/json.hpp>

#include "shortlist/io/file.h"
#include "shortlist/io/json.h"

namespace shortlist {

void write_item_ids(const std::string& folder, const Items& items) {
  make_directories(folder);
  write_file_atomically(folder + "/ids.json", dump_json(nlohmann::json(items.ids)));
}

}  // namespace shortlist
