// What a person should know about how a table's file was taken, on standard error.
#pragma once

#include "shortlist/cli/words.h"
#include "shortlist/table/table.h"

namespace shortlist {

inline void say_notes(const Table& table) {
  for (const std::string& note : table.notes()) say("note: {}", note);
}

}  // namespace shortlist
