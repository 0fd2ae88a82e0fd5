// Measures the peak arithmetic and memory speed of this machine, to which products and searches are compared.
#pragma once

#include <span>

#include "shortlist/base/threads.h"
#include "shortlist/math/product.h"

namespace shortlist {

// Floating-point operations per second (a multiply-add is two) on numbers in registers, on all threads of the
// pool at once. For bf16x3, counts the operations of the product that is computed from three of the
// processor's products. Takes about `seconds`; returns the best of several short intervals, because other
// load on the machine can only slow it down.
double multiply_add_peak(ThreadPool& pool, double seconds = 0.05, Precision precision = Precision::float32);

// Reads every float once, in order, at memory speed. Returns a value that depends on all of them, so that the
// compiler cannot drop the reads.
float read_all(std::span<const float> values);

}  // namespace shortlist
