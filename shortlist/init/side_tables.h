// Guesses what the columns of the item and user tables given to `init` are for.
#pragma once

#include "shortlist/init/init_options.h"
#include "shortlist/init/model_guess.h"
#include "shortlist/table/table.h"

namespace shortlist {

// Tables in addition to the interactions. Null if not given.
struct InitSides {
  const Table* items = nullptr;
  const Table* users = nullptr;
};

// The column of the interactions that has the name of a key of the item table, which makes it the item.
// "" if there is none.
std::string named_item_key(const Table& rows, const InitSides& sides);

// Adds the side tables, and their columns with a use for each, to the guess for the interactions. Throws
// Error(data) if no column of a side table contains the values of the item or user, each once.
void add_side_tables(const Table& rows, const InitSides& sides, ModelGuess& guess);

}  // namespace shortlist
