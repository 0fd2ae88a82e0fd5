// Which of Highway's targets are built: on x86-64 AVX-512, AVX2 with FMA, and the baseline. Include before
// Highway.
#pragma once

// SSE4 gains nothing over the baseline here; the scalable vectors of SVE cannot stand in arrays.
#define HWY_DISABLED_TARGETS (HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
