// Prints notes on how a table's file was read to standard error.
#pragma once

#include "shortlist/cli/words.h"
#include "shortlist/table/table.h"

namespace shortlist {

inline void say_notes(const Table& table) {
  for (const std::string& note : table.notes()) say("note: {}", note);
}

}  // namespace shortlist
