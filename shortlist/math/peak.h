// How fast this machine multiplies, adds and reads: what products and searches are measured against.
#pragma once

#include <span>

#include "shortlist/base/threads.h"
#include "shortlist/math/product.h"

namespace shortlist {

// Floating-point operations a second (a multiply-add is two) of numbers that stay in registers, on all
// threads of the pool at once; of bf16x3 those of the product that three of the processor's make. Takes about
// `seconds`; the best of several short stretches, because other work on the machine only ever slows it.
double multiply_add_peak(ThreadPool& pool, double seconds = 0.05, Precision precision = Precision::float32);

// Reads every float once, in order, as fast as memory gives them. Returns a figure made of
// all, so that none is left out.
float read_all(std::span<const float> values);

}  // namespace shortlist
