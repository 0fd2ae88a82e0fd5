// The Highway targets that are compiled: on x86-64, AVX-512, AVX2 with FMA, and the baseline. Include before
// Highway.
#pragma once

// SSE4 is no faster than the baseline here; the scalable vectors of SVE cannot be stored in arrays.
#define HWY_DISABLED_TARGETS (HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
