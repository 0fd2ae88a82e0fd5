// Dense products, in float32 unless stated otherwise, with a fixed order for every sum: an element of C
// starts from 0 (or from C, to add) and adds a(i, k) b(k, j) for k ascending, one fused multiply-add at a
// time. Threads, blocks, the number of rows and the vector width do not change a bit of the result; only
// processors without fused multiply-add differ.
#pragma once

#include "shortlist/math/panels.h"

namespace shortlist {

// Panels [begin, end) of C: c[M,N] = a[M,K] B, or c += a B with `add`, which needs a C in float32.
void multiply(const Operand& a, const Panels& b, const Output& c, bool add = false,
              const Epilogue& epilogue = {}, PanelRange panels = {});
// The same with an unpacked b[K,N], for operands that are used once. Reads, but does not use, up to
// kPanelColumns floats past the end of b's last row, which must be readable (as in a Buffer).
void multiply(ConstMatrix a, ConstMatrix b, Matrix c, bool add = false);

// c[M,N] = aᵀ b (or +=), with a[K,M] and b[K,N]: the gradient of a weight, dW = Xᵀ dY. Reads past the end of
// b as multiply() does.
void multiply_transposed(const Operand& a, const Operand& b, Matrix c, bool add = false,
                         Precision precision = Precision::float32);

}  // namespace shortlist
