// What a column is read for.
#pragma once

#include <string>

namespace shortlist {

// What a column is read for, one or several uses joined by |. Text files (CSV, JSON) give every value as it
// is written, and typed sources (Parquet, SQL) as their type; nothing is converted with loss.
enum class ReadAs : unsigned {
  // Texts of a text file; integers, numbers, times and lists of typed sources. What is none of them (true and
  // false, decimals, integers beyond 64 bits) is its exact text.
  stored = 0,
  text = 1,     // times and float32 numbers as their texts: ids, categories, words
  number = 2,   // texts with the source's own decimal point and separators become plain numbers
  time = 4,     // texts that follow the source's date_format become ISO 8601
  written = 8,  // the text of any value
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
