// Dropout: the mask is made, used and forgotten in one pass. Philox 4x32-10 with the block's index as the lowest word
// of the counter, bit for bit as in the package `kernels`.
#include <algorithm>
#include <vector>

#include "op.h"
#include "thread_pool.h"
#include "vector.h"

namespace ulmfit {

namespace {

constexpr uint32_t kMultiplier0 = 0xd2511f53, kMultiplier1 = 0xcd9e8d57;
constexpr uint32_t kWeyl0 = 0x9e3779b9, kWeyl1 = 0xbb67ae85;
constexpr int kRounds = 10;
/** Words of one block of Philox, and blocks that are computed side by side. */
constexpr int kWords = 4, kBlocks = 32;
constexpr int kChunk = kWords * kBlocks;

struct Draw {
  uint32_t key[2], counter[3];
  /** Words below it drop their element. */
  uint64_t threshold;
  float kept;
};

#if defined(__AVX512F__)
// 64-bit lanes of which the lower half counts: the multiplier takes that half, and gives both halves of the product.
using Wide = __m512i;
constexpr int kWide = 8;
ULMFIT_INLINE Wide Multiply(Wide a, uint32_t b) { return _mm512_mul_epu32(a, _mm512_set1_epi64(b)); }
ULMFIT_INLINE Wide High(Wide a) { return _mm512_srli_epi64(a, 32); }
ULMFIT_INLINE Wide Xor(Wide a, Wide b, uint32_t k) {
  return _mm512_ternarylogic_epi64(a, b, _mm512_set1_epi64(k), 0x96);
}
ULMFIT_INLINE Wide Count(uint32_t first) {
  return _mm512_add_epi64(_mm512_set1_epi64(first), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
}
ULMFIT_INLINE Wide Same(uint32_t x) { return _mm512_set1_epi64(x); }
ULMFIT_INLINE void StoreBlocks(uint32_t* words, Wide c0, Wide c1, Wide c2, Wide c3) {
  const Wide low = _mm512_mask_blend_epi32(0xaaaa, c0, _mm512_slli_epi64(c1, 32));
  const Wide high = _mm512_mask_blend_epi32(0xaaaa, c2, _mm512_slli_epi64(c3, 32));
  _mm512_storeu_si512(words, _mm512_permutex2var_epi64(low, _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0), high));
  _mm512_storeu_si512(words + 16, _mm512_permutex2var_epi64(low, _mm512_set_epi64(15, 7, 14, 6, 13, 5, 12, 4), high));
}
#else
constexpr int kWide = 4;
typedef uint64_t Wide __attribute__((vector_size(kWide * 8)));
ULMFIT_INLINE Wide Multiply(Wide a, uint32_t b) { return (a & 0xffffffffu) * (uint64_t)b; }
ULMFIT_INLINE Wide High(Wide a) { return a >> 32; }
ULMFIT_INLINE Wide Xor(Wide a, Wide b, uint32_t k) { return a ^ b ^ (uint64_t)k; }
ULMFIT_INLINE Wide Count(uint32_t first) { return (uint64_t)first + Wide{0, 1, 2, 3}; }
ULMFIT_INLINE Wide Same(uint32_t x) { return (uint64_t)x - Wide{}; }
ULMFIT_INLINE void StoreBlocks(uint32_t* words, Wide c0, Wide c1, Wide c2, Wide c3) {
  for (int i = 0; i < kWide; i++) {
    words[i * 4] = (uint32_t)c0[i];
    words[i * 4 + 1] = (uint32_t)c1[i];
    words[i * 4 + 2] = (uint32_t)c2[i];
    words[i * 4 + 3] = (uint32_t)c3[i];
  }
}
#endif

/** The words of `kBlocks` blocks from `first` on. */
void RandomWords(const Draw& draw, uint32_t first, uint32_t (&words)[kChunk]) {
  constexpr int kGroups = 2;  // two chains of multiplications hide each other's latency
  for (int b = 0; b < kBlocks; b += kWide * kGroups) {
    Wide c0[kGroups], c1[kGroups], c2[kGroups], c3[kGroups];
    ULMFIT_UNROLL
    for (int g = 0; g < kGroups; g++) {
      c0[g] = Count(first + b + g * kWide);
      c1[g] = Same(draw.counter[0]);
      c2[g] = Same(draw.counter[1]);
      c3[g] = Same(draw.counter[2]);
    }
    uint32_t k0 = draw.key[0], k1 = draw.key[1];
    for (int round = 0; round < kRounds; round++, k0 += kWeyl0, k1 += kWeyl1) {
      ULMFIT_UNROLL
      for (int g = 0; g < kGroups; g++) {
        const Wide p0 = Multiply(c0[g], kMultiplier0), p1 = Multiply(c2[g], kMultiplier1);
        c0[g] = Xor(High(p1), c1[g], k0);
        c1[g] = p1;
        c2[g] = Xor(High(p0), c3[g], k1);
        c3[g] = p0;
      }
    }
    ULMFIT_UNROLL
    for (int g = 0; g < kGroups; g++) {
      StoreBlocks(words + (b + g * kWide) * kWords, c0[g], c1[g], c2[g], c3[g]);
    }
  }
}

/** The factors of the chunk's elements. */
void Factors(const Draw& draw, int64_t chunk, float (&factors)[kChunk]) {
  uint32_t words[kChunk];
  RandomWords(draw, (uint32_t)(chunk * kBlocks), words);
  // A rate so near to 1 that its threshold is 2^32 drops all.
  const float kept = draw.threshold > 0xffffffffu ? 0.f : draw.kept;
  const uint32_t threshold = (uint32_t)draw.threshold;
  for (int i = 0; i < kChunk; i++) factors[i] = words[i] < threshold ? 0.f : kept;
}

/** Calls `body(chunk's first element, its length, its factors)` for all chunks of a mask, on all threads. */
template <class Body>
void ForChunks(const Draw& draw, int64_t length, const Body& body) {
  const int64_t chunks = (length + kChunk - 1) / kChunk;
  ThreadPool::Get().For(chunks, 64, [&](int64_t begin, int64_t end) {
    float factors[kChunk];
    for (int64_t chunk = begin; chunk < end; chunk++) {
      Factors(draw, chunk, factors);
      body(chunk * kChunk, std::min<int64_t>(kChunk, length - chunk * kChunk), factors);
    }
  });
}

/** Axes of one kind side by side are one axis. */
struct Axis {
  int64_t size;
  bool broadcast;
};

std::vector<Axis> MergedAxes(const Shape& shape, const int32_t* mask_shape) {
  std::vector<Axis> axes;
  for (size_t d = 0; d < shape.size(); d++) {
    if (shape[d] == 1) continue;
    const bool broadcast = mask_shape[d] == 1;
    if (!axes.empty() && axes.back().broadcast == broadcast) axes.back().size *= shape[d];
    else axes.push_back({shape[d], broadcast});
  }
  return axes;
}

/** y = x * mask, the mask given in memory, row by row of the last axis. */
void MultiplyBroadcast(const float* x, const float* mask, const std::vector<Axis>& axes, float* y) {
  const Axis last = axes.back();
  int64_t rows = 1;
  for (size_t d = 0; d + 1 < axes.size(); d++) rows *= axes[d].size;
  const int64_t width = last.broadcast ? 1 : last.size;
  ThreadPool::Get().For(rows, std::max<int64_t>(1, 8192 / last.size), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      int64_t place = 0, stride = 1, left = row;
      for (size_t d = axes.size() - 1; d-- > 0;) {
        if (!axes[d].broadcast) {
          place += left % axes[d].size * stride;
          stride *= axes[d].size;
        }
        left /= axes[d].size;
      }
      const float *from = x + row * last.size, *factors = mask + place * width;
      float* to = y + row * last.size;
      if (last.broadcast) {
        const float factor = *factors;
        for (int64_t i = 0; i < last.size; i++) to[i] = from[i] * factor;
      } else {
        for (int64_t i = 0; i < last.size; i++) to[i] = from[i] * factors[i];
      }
    }
  });
}

/** `draw`: threshold (low, high word), bits of the factor, key (2), counter (3), the mask's shape. */
void ComputeDropout(Call& call, bool) {
  const Shape shape = call.shape(0);
  const int32_t* words = call.Input<int32_t>(1);
  if (!call.Require(call.shape(1) == Shape{8 + (int64_t)shape.size()}, "draw: 8 words and the mask's shape")) return;
  Draw draw;
  draw.threshold = (uint64_t)(uint32_t)words[1] << 32 | (uint32_t)words[0];
  std::memcpy(&draw.kept, words + 2, sizeof draw.kept);
  std::memcpy(draw.key, words + 3, sizeof draw.key);
  std::memcpy(draw.counter, words + 5, sizeof draw.counter);
  const int32_t* mask_shape = words + 8;
  int64_t length = 1;
  for (size_t d = 0; d < shape.size(); d++) {
    if (!call.Require(mask_shape[d] == 1 || mask_shape[d] == shape[d], "the mask doesn't fit x")) return;
    length *= mask_shape[d];
  }
  const float* x = call.Input<float>(0);
  float* y = call.Output(0, shape);
  if (!call.ok() || Elements(shape) == 0) return;

  if (length == Elements(shape)) {
    ForChunks(draw, length, [&](int64_t first, int64_t n, const float* factors) {
      for (int64_t i = 0; i < n; i++) y[first + i] = x[first + i] * factors[i];
    });
    return;
  }
  const Scratch<float> mask(length);
  ForChunks(draw, length, [&](int64_t first, int64_t n, const float* factors) {
    std::memcpy(mask.data() + first, factors, n * sizeof(float));
  });
  MultiplyBroadcast(x, mask.data(), MergedAxes(shape, mask_shape), y);
}

}  // namespace

extern const Op kDropout = {"UlmfitDropout", {}, {"x: float", "draw: int32"}, {"y: float"}, ComputeDropout};

}  // namespace ulmfit
