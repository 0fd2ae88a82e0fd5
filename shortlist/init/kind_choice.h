// Which kind of model suits a table.
#pragma once

#include <string>

#include "shortlist/init/model_guess.h"

namespace shortlist {

struct KindChoice {
  std::string kind;
  std::string why;  // "two_tower, since ..."
};

// Two towers where columns describe users or items, or where queries do not name users. Otherwise ease if its
// matrix of all pairs of items takes minutes at most and fits into `memory`, in bytes, and ials if not.
KindChoice choose_kind(const ModelGuess& guess, size_t memory);

}  // namespace shortlist
