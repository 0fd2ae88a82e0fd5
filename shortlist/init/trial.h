// Prepares a table as `train` does, so that `init` never writes a config that `train` refuses.
#pragma once

#include <functional>
#include <string>

#include "shortlist/init/model_guess.h"

namespace shortlist {

// Reads the table with the config that `config` returns for the guess, up to building the model. A column
// that the features or the split refuse is left out of the guess with the reason, and preparation is tried
// again. Throws the error if it is about the user, the item or no column.
void leave_out_what_cannot_be_trained(ModelGuess& guess, const std::function<std::string()>& config);

}  // namespace shortlist
