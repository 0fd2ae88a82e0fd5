// Converts ASCII letters to lower case; other characters are unchanged.
#pragma once

#include <string>

namespace shortlist {

inline std::string lower_case(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return text;
}

}  // namespace shortlist
