#include "shortlist/config/config_check.h"

#include <algorithm>

namespace shortlist {

const Value& value_at(const Value& root, std::string_view path) {
  const Value* at = &root;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t dot = std::min(path.find('.', begin), path.size());
    const Value* next = at->find(path.substr(begin, dot - begin));
    if (next == nullptr) break;
    at = next;
    begin = dot + 1;
  }
  return *at;
}

void require(bool condition, const Config& config, const std::string& path, const std::string& message) {
  if (!condition) throw Where{config.file, path}.error(value_at(config.written, path), message);
}

}  // namespace shortlist
