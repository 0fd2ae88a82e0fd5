// Finds out what the columns of an unknown table are for.
#pragma once

#include "shortlist/init/init_options.h"
#include "shortlist/init/model_guess.h"
#include "shortlist/table/table.h"

namespace shortlist {

// Throws a data Error for a table without rows and for a column of the options that is not there or does not
// fit; a usage Error where no query or candidate can be found.
ModelGuess guess_model(const Table& table, const InitOptions& options);

}  // namespace shortlist
