// Prepares a table as `train` would, so that a config that `train` refuses is not written.
#pragma once

#include <functional>
#include <string>

#include "shortlist/init/model_guess.h"

namespace shortlist {

// Reads the table by the config that `config` writes of the guess, up to the model. A column that the
// features or the split cannot take is left out of the guess with the reason, and then the rest is tried
// again. Throws the error where it is about the user, the candidate or no column.
void leave_out_what_cannot_be_trained(ModelGuess& guess, const std::function<std::string()>& config);

}  // namespace shortlist
