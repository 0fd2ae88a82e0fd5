// Guesses what the columns of an unknown table are for.
#pragma once

#include "shortlist/init/init_options.h"
#include "shortlist/init/model_guess.h"
#include "shortlist/table/table.h"

namespace shortlist {

// Throws Error(data) for a table without rows, and for a column of the options that does not exist or is not
// suitable. Throws Error(usage) if no query or item is found.
ModelGuess guess_model(const Table& table, const InitOptions& options);

}  // namespace shortlist
