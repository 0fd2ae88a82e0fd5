// Dense products, in float32 unless said otherwise, with the order of every sum fixed: an element of C starts
// from 0 (or from C, to add) and takes a(i, k) b(k, j) for k ascending, one fused multiply-add at a time.
// Threads, blocks, the number of rows and the vector width change no bit of it; only processors without fused
// multiply-add differ.
#pragma once

#include "shortlist/math/panels.h"

namespace shortlist {

// Panels [begin, end) of C: c[M,N] = a[M,K] B, or c += a B when `add`, of a C that is not rounded.
void multiply(const Operand& a, const Panels& b, const Output& c, bool add = false,
              const Epilogue& epilogue = {}, PanelRange panels = {});
// The same with b[K,N] as it lies, for what is used once. Reads up to kPanelColumns floats past the end of
// b's last row, which must be there (a Buffer's are), and uses none of them.
void multiply(ConstMatrix a, ConstMatrix b, Matrix c, bool add = false);

// c[M,N] = aᵀ b (or +=), with a[K,M] and b[K,N]: the gradient of a weight, dW = Xᵀ dY. Reads past b as
// multiply() does.
void multiply_transposed(const Operand& a, const Operand& b, Matrix c, bool add = false,
                         Precision precision = Precision::float32);

}  // namespace shortlist
