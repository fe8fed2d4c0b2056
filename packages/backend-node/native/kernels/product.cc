// A matrix product of float32 matrices whose factors are rounded to bfloat16 on their way into the cache and whose sums
// are float32: no narrow copy of a matrix is made, and the result is not rounded. The loops are those of Goto and
// van de Geijn, "Anatomy of high-performance matrix multiplication" (2008).
#include <algorithm>

#include "op.h"
#include "thread_pool.h"
#include "vector.h"

namespace ulmfit {

namespace {

constexpr int kRows = 12;
constexpr int kVectors = 2;
constexpr int kColumns = kVectors * kLanes;
/** The inner dimension goes in blocks: a panel of B stays in the first or second cache, a block of A in the second. */
constexpr int64_t kInner = 1024;
constexpr int64_t kBlockRows = 16 * kRows;

int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/** A factor as items (rows of A, columns of B) by the inner dimension k. */
struct Factor {
  const float* data;
  int64_t items, inner, stride;
  /** Whether an item's values follow each other in memory, or those of one k. */
  bool by_item;
};

/** Two rounded numbers to a word, the even k in the lower half: `out[pair][width]`, zeros where the factor has ended. */
void Pack(const Factor& f, int64_t item, int width, int64_t k, int64_t pairs, uint32_t* out) {
  const int items = (int)std::min<int64_t>(width, f.items - item);
  const int64_t length = std::min<int64_t>(2 * pairs, f.inner - k);
  if (f.by_item) {
    alignas(64) uint16_t row[kInner + kLanes];
    for (int i = 0; i < width; i++) {
      if (i < items) {
        const float* from = f.data + (item + i) * f.stride + k;
        for (int64_t j = 0; j < length; j += kLanes) StoreBfloat16(row + j, Load(from + j, (int)std::min<int64_t>(kLanes, length - j)));
        if (length < 2 * pairs) row[length] = 0;
      } else {
        std::fill(row, row + 2 * pairs, 0);
      }
      for (int64_t p = 0; p < pairs; p++) std::memcpy(out + p * width + i, row + 2 * p, sizeof(uint32_t));
    }
    return;
  }
  for (int64_t p = 0; p < pairs; p++) {
    const float* even = f.data + (k + 2 * p) * f.stride + item;
    for (int i = 0; i < width; i += kLanes) {
      const int n = std::max(0, std::min(kLanes, items - i));
      const Vec odd = 2 * p + 1 < length ? Load(even + f.stride + i, n) : Vec{};
      Store((float*)out + p * width + i, (Vec)Pairs(Load(even + i, n), odd), std::min(kLanes, width - i));
    }
  }
}

/** c[row][column] (+)= the sum over pairs, for up to kRows rows and N vectors of columns. */
template <int N>
void Tile(const uint32_t* a, const uint32_t* b, int64_t pairs, float* c, int64_t stride, int rows, int columns,
          bool first) {
#if defined(__AVX512BF16__)
  __m512 acc[kRows][N] = {};
  for (int64_t p = 0; p < pairs; p++) {
    __m512bh w[N];
    ULMFIT_UNROLL
    for (int q = 0; q < N; q++) w[q] = (__m512bh)_mm512_loadu_si512(b + (p * N + q) * kLanes);
    ULMFIT_UNROLL
    for (int i = 0; i < kRows; i++) {
      const __m512bh x = (__m512bh)_mm512_set1_epi32((int)a[p * kRows + i]);
      ULMFIT_UNROLL
      for (int q = 0; q < N; q++) acc[i][q] = _mm512_dpbf16_ps(acc[i][q], x, w[q]);
    }
  }
  ULMFIT_UNROLL
  for (int i = 0; i < kRows; i++) {
    if (i >= rows) break;
    ULMFIT_UNROLL
    for (int q = 0; q < N; q++) {
      float* to = c + i * stride + q * kLanes;
      const int n = columns - q * kLanes;
      Store(to, first ? (Vec)acc[i][q] : Load(to, n) + (Vec)acc[i][q], n);
    }
  }
#else
  (void)a, (void)b, (void)pairs, (void)c, (void)stride, (void)rows, (void)columns, (void)first;
#endif
}

void Multiply(const Factor& a, const Factor& b, float* c) {
  const int64_t deepest = CeilDivide(std::min(kInner, a.inner), 2);
  const int64_t panels = CeilDivide(b.items, kColumns);
  const Scratch<uint32_t> packed_b(panels * kColumns * deepest);
  ThreadPool::Get().Run([&](int thread, int threads, Barrier& barrier) {
    // Blocks of rows of one size, as many for each thread.
    const int64_t blocks = CeilDivide(CeilDivide(a.items, kBlockRows), threads) * threads;
    const int64_t block = CeilDivide(CeilDivide(a.items, blocks), kRows) * kRows;
    const Scratch<uint32_t> packed_a(block * deepest);
    for (int64_t k = 0; k < a.inner; k += kInner) {
      const int64_t pairs = CeilDivide(std::min(kInner, a.inner - k), 2);
      const auto panel = [&](int64_t p) { return packed_b.data() + p * kColumns * pairs; };
      // The last panel has one vector if that is enough.
      const auto width = [&](int64_t p) { return b.items - p * kColumns <= kLanes ? kLanes : kColumns; };
      for (int64_t p = panels * thread / threads; p < panels * (thread + 1) / threads; p++) {
        Pack(b, p * kColumns, width(p), k, pairs, panel(p));
      }
      barrier.Wait();
      for (int64_t row = thread * block; row < a.items; row += threads * block) {
        const int64_t rows = std::min(block, a.items - row);
        for (int64_t i = 0; i < rows; i += kRows) Pack(a, row + i, kRows, k, pairs, packed_a.data() + i * pairs);
        for (int64_t p = 0; p < panels; p++) {
          const int columns = (int)std::min<int64_t>(kColumns, b.items - p * kColumns);
          for (int64_t i = 0; i < rows; i += kRows) {
            float* to = c + (row + i) * b.items + p * kColumns;
            const int height = (int)std::min<int64_t>(kRows, rows - i);
            const auto tile = width(p) == kLanes ? Tile<1> : Tile<kVectors>;
            tile(packed_a.data() + i * pairs, panel(p), pairs, to, b.items, height, columns, k == 0);
          }
        }
      }
      barrier.Wait();
    }
  });
}

void ComputeProduct(Call& call, bool) {
  const Shape a = call.shape(0), b = call.shape(1);
  const int32_t* transposed = call.Input<int32_t>(2);
  if (!call.Require(a.size() == 2 && b.size() == 2 && call.shape(2) == Shape{2}, "two matrices, transposed [2]")) return;
  const bool ta = transposed[0] != 0, tb = transposed[1] != 0;
  const Factor fa{call.Input<float>(0), a[ta], a[!ta], a[1], !ta}, fb{call.Input<float>(1), b[!tb], b[tb], b[1], tb};
  if (!call.Require(fa.inner == fb.inner, "the inner dimensions differ")) return;
  if (!call.Require(kHasBfloat16, "this processor does not multiply bfloat16")) return;
  float* c = call.Output(0, {fa.items, fb.items});
  if (!call.ok()) return;
  if (fa.inner == 0) std::fill(c, c + fa.items * fb.items, 0.f);
  else Multiply(fa, fb, c);
}

}  // namespace

extern const Op kProduct = {
    "UlmfitNarrowProduct", {}, {"a: float", "b: float", "transposed: int32"}, {"product: float"}, ComputeProduct};

}  // namespace ulmfit
