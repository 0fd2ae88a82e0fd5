// The purpose for which a column is read.
#pragma once

#include <string>

namespace shortlist {

// The purpose for which a column is read, one or several uses joined by |. Text files (CSV, JSON) return
// every value as it is written, and typed sources (Parquet, SQL) return their own types. No conversion loses
// information.
enum class ReadAs : unsigned {
  // Text files: text. Typed sources: integers, numbers, times and lists. Any other type (booleans, decimals,
  // integers beyond 64 bits) is returned as its exact text.
  stored = 0,
  text = 1,     // times and float32 numbers as text: for ids, categories, words
  number = 2,   // text with the source's decimal point and separators becomes plain numbers
  time = 4,     // text in the source's date_format becomes ISO 8601
  written = 8,  // any value as text
};
inline ReadAs operator|(ReadAs a, ReadAs b) {
  return static_cast<ReadAs>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
inline bool includes(ReadAs uses, ReadAs use) {
  return (static_cast<unsigned>(uses) & static_cast<unsigned>(use)) != 0;
}

struct ColumnRequest {
  std::string name;
  ReadAs as = ReadAs::stored;
};

}  // namespace shortlist
