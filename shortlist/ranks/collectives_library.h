// Opens the module that carries bytes between ranks.
#pragma once

#include "shortlist/ranks/collectives.h"

namespace shortlist {

// Opens the module on the first call. Throws Error(failed) that says where it was searched for.
const ShortlistCollectives& collectives();

}  // namespace shortlist
