// Finds out what the tables of items and of users that a person names say, for `init`.
#pragma once

#include "shortlist/init/init_options.h"
#include "shortlist/init/model_guess.h"
#include "shortlist/table/table.h"

namespace shortlist {

// The tables beside that of the interactions; null: none.
struct InitSides {
  const Table* items = nullptr;
  const Table* users = nullptr;
};

// The column of the interactions that has the name of a key of the item table, so that it is the candidate;
// "" where there is none.
std::string named_item_key(const Table& rows, const InitSides& sides);

// Adds the side tables, and their columns with a use for each, to what was guessed of the interactions.
// Throws a data Error where no column of a table has the values of the item (of the user), each once.
void add_side_tables(const Table& rows, const InitSides& sides, ModelGuess& guess);

}  // namespace shortlist
