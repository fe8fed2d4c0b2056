// The inner product of all matrix kernels here: a tile of M rows x N vectors of columns that stays in registers while it
// runs over the inner dimension.
#pragma once
#include "matrix_registers.h"

namespace ulmfit {

/** Places of the inner dimension that a panel is asked for ahead of their use. */
constexpr int64_t kPanelLead = 16;

/**
 * acc[i][q] += sum over k of a[i][k] * panel[k][q]; row i of `a` begins at `i * row`, its k at `k * step`. The panel is
 * `[inner][N][kLanes]`.
 */
template <int M, int N>
ULMFIT_INLINE void MultiplyTile(Vec (&acc)[M][N], const float* a, int64_t row, int64_t step, const float* panel,
                                int64_t inner) {
  for (int64_t k = 0; k < inner; k++) {
    Vec w[N];
    ULMFIT_UNROLL
    for (int q = 0; q < N; q++) {
      w[q] = Load(panel + (k * N + q) * kLanes);
      // Left to the processor, it comes from the second cache a little late.
      Prefetch<kRead>(panel + ((k + kPanelLead) * N + q) * kLanes);
    }
    ULMFIT_UNROLL
    for (int i = 0; i < M; i++) {
      const Vec x = Fill(a[i * row + k * step]);
      ULMFIT_UNROLL
      for (int q = 0; q < N; q++) acc[i][q] += x * w[q];
    }
  }
}

/**
 * The same in bfloat16, summed in float32; pairs of k side by side: the panel is `[inner / 2][N][kLanes][2]`. As many numbers
 * of a row as a register holds at a time, `Format<uint16_t>::kUnit`, are side by side too.
 */
template <int M, int N>
ULMFIT_INLINE void MultiplyTile(Vec (&acc)[M][N], const uint16_t* a, int64_t row, int64_t step, const uint16_t* panel,
                                int64_t inner) {
#if defined(ULMFIT_MATRIX_REGISTERS)
  MultiplyInMatrices<M, N>((float*)acc, N * kLanes, nullptr, nullptr, a, row, step, panel, inner);
#elif defined(__AVX512BF16__)
  for (int64_t p = 0; p < inner / 2; p++) {
    __m512bh w[N];
    ULMFIT_UNROLL
    for (int q = 0; q < N; q++) w[q] = (__m512bh)_mm512_loadu_si512(panel + (p * N + q) * 2 * kLanes);
    ULMFIT_UNROLL
    for (int i = 0; i < M; i++) {
      int32_t pair;
      std::memcpy(&pair, a + i * row + p * step, sizeof pair);
      const __m512bh x = (__m512bh)_mm512_set1_epi32(pair);
      ULMFIT_UNROLL
      for (int q = 0; q < N; q++) acc[i][q] = (Vec)_mm512_dpbf16_ps((__m512)acc[i][q], x, w[q]);
    }
  }
#else
  (void)acc, (void)a, (void)row, (void)step, (void)panel, (void)inner;
#endif
}

/** Calls `body` with `std::integral_constant<int, n>`, the next multiple of `Step` after `count`, at most `Most`. */
template <int Most, int Step = 1, class Body>
ULMFIT_INLINE void WithCount(int count, Body&& body) {
  constexpr int kLess = (Most - 1) / Step * Step;
  if constexpr (kLess > 0) {
    if (count <= kLess) return WithCount<kLess, Step>(count, body);
  }
  body(std::integral_constant<int, Most>{});
}

}  // namespace ulmfit
