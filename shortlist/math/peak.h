// How fast this machine multiplies and adds: what products are measured against.
#pragma once

#include "shortlist/base/threads.h"

namespace shortlist {

// Floating-point operations a second (a multiply-add is two) of float32 that stays in registers, on all
// threads of the pool at once. Takes about `seconds`; the best of several short stretches, because other
// work on the machine only ever slows it.
double multiply_add_peak(ThreadPool& pool, double seconds = 0.05);

}  // namespace shortlist
