#include "shortlist/table/table_source.h"

#include <algorithm>

#include "shortlist/base/letter_case.h"
#include "shortlist/table/arrow_table.h"

namespace shortlist {

std::string TableSource::describe() const {
  if (rows != nullptr) return rows->name();
  return path.empty() ? "the query" : path;
}

bool is_query(const std::string& text) {
  const size_t begin = std::min(text.find_first_not_of(" \t\r\n("), text.size());
  const size_t end = text.find_first_of(" \t\r\n", begin);
  if (end == std::string::npos) return false;
  const std::string word = lower_case(text.substr(begin, end - begin));
  return word == "select" || word == "with";
}

}  // namespace shortlist
