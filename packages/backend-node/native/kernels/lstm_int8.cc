// An LSTM layer whose weights are whole numbers of 8 bits, without a gradient. Inputs and outputs are rounded to 16
// bits as they are made, and the products summed as whole numbers of 32 bits: exactly, so in any order and on any processor. A
// quarter of the bytes of float32 come out of the cache, and each instruction multiplies four times as many numbers.
//
// A weight is read in blocks of 16 units, `[depth][gate][unit]` words of 4 numbers each: a lane sums for one unit, and nothing is
// left to be added across lanes.
#include <algorithm>
#include <atomic>
#include <memory>

#include "op.h"
#include "thread_pool.h"
#include "vector.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace ulmfit {

namespace {

constexpr int kGates = 4;
/** Units of a block. */
constexpr int kUnits = 16;
/** Numbers that a lane multiplies at once. */
constexpr int kDepth = 4;
/** Vectors of a block's units. */
constexpr int kParts = kUnits / kLanes;
/** Turns of a thread that waits at the end of a step, about 2 microseconds: as long as the step itself. */
constexpr int kSpins = 100;

/** Numbers of the inputs' products that are kept at a time. */
constexpr int64_t kStretch = 1 << 19;

#if (defined(__AVX512F__) && defined(__AVX512VNNI__)) || defined(__AVXVNNI__)
/** Whether bytes without a sign are multiplied by bytes with one: a number of 16 bits is two of them, 2^15 too large. */
constexpr bool kByBytes = true;
#else
constexpr bool kByBytes = false;
#endif

/** A weight `[4 * units, columns]` as JavaScript packs it. */
struct Weight {
  Weight(const int8_t* packed, int64_t units, int64_t columns)
      : blocks((units + kUnits - 1) / kUnits), depth((columns + kDepth - 1) / kDepth), numbers_(packed),
        scales_((const float*)(packed + blocks * depth * kGates * kUnits * kDepth)),
        offsets_((const int32_t*)(scales_ + blocks * kGates * kUnits)),
        range(*(const float*)(offsets_ + blocks * kGates * kUnits)) {}

  static int64_t Words(int64_t units, int64_t columns) {
    return (units + kUnits - 1) / kUnits * kGates * kUnits * ((columns + kDepth - 1) / kDepth + 2) + 1;
  }

  const int8_t* numbers(int64_t block) const { return numbers_ + block * depth * kGates * kUnits * kDepth; }
  const float* scales(int64_t block, int gate) const { return scales_ + (block * kGates + gate) * kUnits; }
  const int32_t* offsets(int64_t block, int gate) const { return offsets_ + (block * kGates + gate) * kUnits; }

  const int64_t blocks, depth;

 private:
  const int8_t* const numbers_;
  const float* const scales_;
  const int32_t* const offsets_;

 public:
  /** The greatest whole number that a row may be multiplied by. */
  const float range;
};

/** Sums for a block's units, of the gates of some rows. */
template <int B>
using Sums = IntVec[B][kGates][kParts];

// ------------------------------------------------------------------------------------------------ rounded numbers

/** Bytes of a block's numbers: 16 bits each. */
constexpr int kBlockBytes = 2 * kUnits;

/** Rounds a block's numbers times `by`, at most 2^15 - 1 then. Words of 4 high bytes and of 4 low ones alternate where bytes are multiplied. */
ULMFIT_INLINE void Round(uint8_t* to, const Vec (&numbers)[kParts], float by) {
  // Added to a number below 2^22, it leaves the nearest whole number in the last bits.
  constexpr float kShift = 12582912.f;  // 1.5 * 2^23
  IntVec whole[kParts];
  ULMFIT_UNROLL
  for (int p = 0; p < kParts; p++) whole[p] = (IntVec)(numbers[p] * by + kShift) - (IntVec)Fill(kShift);
#if defined(__AVX512F__) && defined(__AVX512VNNI__)
  const IntVec word = whole[0] + 0x8000;
  const __m128i low = _mm512_cvtepi32_epi8((__m512i)word), high = _mm512_cvtepi32_epi8((__m512i)(word >> 8));
  _mm_storeu_si128((__m128i*)to, _mm_unpacklo_epi32(high, low));
  _mm_storeu_si128((__m128i*)to + 1, _mm_unpackhi_epi32(high, low));
#else
  int32_t all[kUnits];
  std::memcpy(all, whole, sizeof all);
  if (kByBytes) {
    for (int i = 0; i < kUnits; i++) {
      uint8_t* at = to + i / kDepth * 2 * kDepth + i % kDepth;
      at[0] = (uint8_t)((all[i] + 0x8000) >> 8);
      at[kDepth] = (uint8_t)all[i];
    }
  } else {
    int16_t narrow[kUnits];
    for (int i = 0; i < kUnits; i++) narrow[i] = (int16_t)all[i];
    std::memcpy(to, narrow, sizeof narrow);
  }
#endif
}

/**
 * Rounds a row of `size` numbers to whole blocks, with its greatest as the range, or `least` where all are smaller. Returns what its
 * products are to be multiplied by; NaN if one of the numbers is not finite.
 */
float RoundRow(uint8_t* to, const float* from, int64_t size, float range, float least) {
  Vec most = Fill(least), zeros = {};
  for (int64_t k = 0; k < size; k += kLanes) {
    const Vec x = Load(from + k, (int)std::min<int64_t>(kLanes, size - k));
    const Vec positive = x < Vec{} ? -x : x;
    most = positive > most ? positive : most;
    zeros += x * 0.f;
  }
  const float greatest = MaxLanes(most), broken = SumLanes(zeros);
  // So small a number has no reciprocal.
  const float by = greatest < 1e-30f ? 0.f : range / greatest;
  for (int64_t k = 0; k < size; k += kUnits, to += kBlockBytes) {
    Vec numbers[kParts];
    ULMFIT_UNROLL
    for (int p = 0; p < kParts; p++) {
      const int64_t at = k + p * kLanes;
      numbers[p] = at < size ? Load(from + at, (int)std::min<int64_t>(kLanes, size - at)) : Vec{};
    }
    Round(to, numbers, by);
  }
  return greatest + broken;
}

// -------------------------------------------------------------------------------------------------------- products

/** Four bytes, or four numbers of 16 bits, for all lanes. */
template <class Word>
ULMFIT_INLINE Word LoadWord(const uint8_t* p) {
  Word word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

/** The inner products of a block with B rows that lie `stride` bytes apart. */
template <int B>
ULMFIT_INLINE void Multiply(Sums<B>& sums, const Weight& weight, int64_t block, const uint8_t* rows, int64_t stride) {
  const int8_t* numbers = weight.numbers(block);
  constexpr int kGroup = kGates * kUnits * kDepth;
#if defined(__AVX512F__) && defined(__AVX512VNNI__)
  // For one row in two chains each: the instruction takes five cycles.
  constexpr int kChains = B == 1 ? 2 : 1;
  __m512i high[kChains][B][kGates] = {}, low[kChains][B][kGates] = {};
  const auto step = [&](int64_t k, int chain) {
    __m512i h[B], l[B];
    ULMFIT_UNROLL
    for (int b = 0; b < B; b++) {
      const uint8_t* at = rows + b * stride + k * 2 * kDepth;
      h[b] = _mm512_set1_epi32(LoadWord<int32_t>(at));
      l[b] = _mm512_set1_epi32(LoadWord<int32_t>(at + kDepth));
    }
    ULMFIT_UNROLL
    for (int q = 0; q < kGates; q++) {
      const __m512i w = _mm512_loadu_si512(numbers + k * kGroup + q * kUnits * kDepth);
      ULMFIT_UNROLL
      for (int b = 0; b < B; b++) {
        high[chain][b][q] = _mm512_dpbusd_epi32(high[chain][b][q], h[b], w);
        low[chain][b][q] = _mm512_dpbusd_epi32(low[chain][b][q], l[b], w);
      }
    }
  };
  int64_t k = 0;
  for (; k + kChains <= weight.depth; k += kChains) {
    ULMFIT_UNROLL
    for (int chain = 0; chain < kChains; chain++) step(k + chain, chain);
  }
  if (k < weight.depth) step(k, 0);
  ULMFIT_UNROLL
  for (int b = 0; b < B; b++) {
    ULMFIT_UNROLL
    for (int q = 0; q < kGates; q++) {
      IntVec h = (IntVec)high[0][b][q], l = (IntVec)low[0][b][q];
      if (kChains == 2) h += (IntVec)high[kChains - 1][b][q], l += (IntVec)low[kChains - 1][b][q];
      sums[b][q][0] = (h << 8) + l - (IntVec)Load((const float*)weight.offsets(block, q));
    }
  }
#elif defined(__AVX2__)
  // By halves of the units: eight sums at a time.
  constexpr int kHalf = kUnits / 2;
  int32_t all[B][kGates][kUnits];
  for (int half = 0; half < 2; half++) {
    ULMFIT_UNROLL
    for (int b = 0; b < B; b++) {
      __m256i x[kGates] = {}, y[kGates] = {};
      for (int64_t k = 0; k < weight.depth; k++) {
        const uint8_t* at = rows + b * stride + k * 2 * kDepth;
        const int8_t* from = numbers + k * kGroup + half * kHalf * kDepth;
#if defined(__AVXVNNI__)
        const __m256i h = _mm256_set1_epi32(LoadWord<int32_t>(at)), l = _mm256_set1_epi32(LoadWord<int32_t>(at + kDepth));
        ULMFIT_UNROLL
        for (int q = 0; q < kGates; q++) {
          const __m256i w = _mm256_loadu_si256((const __m256i*)(from + q * kUnits * kDepth));
          x[q] = _mm256_dpbusd_avx_epi32(x[q], h, w);
          y[q] = _mm256_dpbusd_avx_epi32(y[q], l, w);
        }
#else
        // Each lane sums half of a unit's products.
        const __m256i h = _mm256_set1_epi64x(LoadWord<int64_t>(at));
        ULMFIT_UNROLL
        for (int q = 0; q < kGates; q++) {
          const __m128i* w = (const __m128i*)(from + q * kUnits * kDepth);
          const auto product = [&](const __m128i* w) {
            return _mm256_madd_epi16(h, _mm256_cvtepi8_epi16(_mm_loadu_si128(w)));
          };
          x[q] = _mm256_add_epi32(x[q], product(w));
          y[q] = _mm256_add_epi32(y[q], product(w + 1));
        }
#endif
      }
      ULMFIT_UNROLL
      for (int q = 0; q < kGates; q++) {
#if defined(__AVXVNNI__)
        const __m256i offset = _mm256_loadu_si256((const __m256i*)(weight.offsets(block, q) + half * kHalf));
        const __m256i sum = _mm256_sub_epi32(_mm256_add_epi32(_mm256_slli_epi32(x[q], 8), y[q]), offset);
#else
        const __m256i sum = _mm256_permute4x64_epi64(_mm256_hadd_epi32(x[q], y[q]), 0xd8);
#endif
        _mm256_storeu_si256((__m256i*)(all[b][q] + half * kHalf), sum);
      }
    }
  }
  std::memcpy(sums, all, sizeof all);
#elif defined(__aarch64__)
  int32_t all[B][kGates][kUnits];
  ULMFIT_UNROLL
  for (int b = 0; b < B; b++) {
    for (int q = 0; q < kGates; q++) {
      int32x4_t unit[kUnits] = {};
      for (int64_t k = 0; k < weight.depth; k++) {
        const int16x4_t h = vreinterpret_s16_u8(vld1_u8(rows + b * stride + k * 2 * kDepth));
        const int8_t* from = numbers + k * kGroup + q * kUnits * kDepth;
        ULMFIT_UNROLL
        for (int i = 0; i < kUnits; i += 2) {
          const int16x8_t w = vmovl_s8(vld1_s8(from + i * kDepth));
          unit[i] = vmlal_s16(unit[i], vget_low_s16(w), h);
          unit[i + 1] = vmlal_s16(unit[i + 1], vget_high_s16(w), h);
        }
      }
      ULMFIT_UNROLL
      for (int i = 0; i < kUnits; i++) all[b][q][i] = vaddvq_s32(unit[i]);
    }
  }
  std::memcpy(sums, all, sizeof all);
#else
  (void)sums, (void)numbers, (void)rows, (void)stride;
#endif
}

/** Rows of the batch at a time: their sums stay in registers. */
#if defined(__AVX512F__) && defined(__AVX512VNNI__)
constexpr int kRows = 2;
#else
constexpr int kRows = 1;
#endif

/** Calls `body(row, count)` for all rows, `count` a constant. */
template <class Body>
ULMFIT_INLINE void ForRows(int64_t rows, Body&& body) {
  int64_t row = 0;
  for (; row + kRows <= rows; row += kRows) body(row, std::integral_constant<int, kRows>{});
  for (; row < rows; row++) body(row, std::integral_constant<int, 1>{});
}

ULMFIT_INLINE Vec ToFloat(IntVec v) { return __builtin_convertvector(v, Vec); }

ULMFIT_INLINE bool AnyNaN(Vec v, int n) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask((__m512)v, (__m512)v, _CMP_UNORD_Q) != 0;
#else
  float lanes[kLanes];
  Store(lanes, v);
  bool is = false;
  for (int i = 0; i < n; i++) is |= lanes[i] != lanes[i];
  return is;
#endif
}

// ------------------------------------------------------------------------------------------------------- the layer

struct Sizes {
  int64_t time, batch, input, hidden;
};

struct Arrays {
  const float *x, *bias_ih, *bias_hh, *h, *c;
  float *output, *last_h, *last_c;
};

class Layer {
 public:
  Layer(const Sizes& sizes, const Arrays& arrays, const Weight& weight_ih, const Weight& weight_hh)
      : s_(sizes), a_(arrays), ih_(weight_ih), hh_(weight_hh), x_stride_(Blocks(sizes.input) * kBlockBytes),
        h_stride_(Blocks(sizes.hidden) * kBlockBytes),
        stretch_(std::clamp<int64_t>(kStretch / (hh_.blocks * sizes.batch * kGates * kUnits), 1, sizes.time)),
        x_(stretch_ * sizes.batch * x_stride_), h_(2 * sizes.batch * h_stride_), x_factors_(stretch_ * sizes.batch),
        h_factors_(sizes.batch), z_(hh_.blocks * stretch_ * sizes.batch * kGates * kUnits),
        broken_(new std::atomic<int64_t>[sizes.batch]) {}

  void Run() {
    std::copy(a_.c, a_.c + s_.batch * s_.hidden, a_.last_c);
    for (int64_t b = 0; b < s_.batch; b++) {
      h_factors_.data()[b] = RoundRow(Rounded(0) + b * h_stride_, a_.h + b * s_.hidden, s_.hidden, hh_.range, 1);
      broken_[b].store(s_.time, std::memory_order_relaxed);
    }
    const auto job = [&](int thread, int threads, Team& team) {
      const auto share = [&](int64_t all) { return std::make_pair(all * thread / threads, all * (thread + 1) / threads); };
      // A unit of a row is one thread's for the whole window, and few rows of a block are shared out together.
      const int64_t groups = (s_.batch + kRows - 1) / kRows;
      const auto [first, last] = share(hh_.blocks * groups);
      for (int64_t begin = 0; begin < s_.time; begin += stretch_) {
        const int64_t end = std::min(begin + stretch_, s_.time);
        Project(begin, end, share, team);
        for (int64_t t = begin; t < end; t++) {
          for (int64_t i = 0; i < last - first; i++) {
            // There and back: what was read last, and is in the cache still, is read first.
            const int64_t item = t % 2 == 0 ? first + i : last - 1 - i;
            const int64_t row = item % groups * kRows, rows = std::min<int64_t>(kRows, s_.batch - row);
            ForRows(rows, [&](int64_t b, auto count) {
              Units<decltype(count)::value>(t, row + b, item / groups, (t - begin) * s_.batch + row + b);
            });
          }
          team.Wait();
        }
      }
    };
    ThreadPool::Get().Run(job, kSpins);
    const int64_t step = s_.batch * s_.hidden;
    std::copy(a_.output + (s_.time - 1) * step, a_.output + s_.time * step, a_.last_h);
  }

 private:
  static int64_t Blocks(int64_t size) { return (size + kUnits - 1) / kUnits; }

  /** What step t reads as the output of the step before it: two buffers take turns. */
  uint8_t* Rounded(int64_t t) const { return h_.data() + t % 2 * s_.batch * h_stride_; }

  /** The inputs' products with a block's weights, and the biases; `row` is one of the stretch of time steps. */
  float* Projected(int64_t row, int64_t block) const {
    return z_.data() + (block * stretch_ * s_.batch + row) * kGates * kUnits;
  }

  /** Calls `body(part, unit, n)` for the vectors of a block's units. */
  template <class Body>
  ULMFIT_INLINE void ForParts(int64_t block, Body&& body) const {
    ULMFIT_UNROLL
    for (int p = 0; p < kParts; p++) {
      const int64_t unit = block * kUnits + p * kLanes;
      if (unit < s_.hidden) body(p, unit, (int)std::min<int64_t>(kLanes, s_.hidden - unit));
    }
  }

  /** This thread's share of the input's products for some time steps, and waits for those of the others. */
  template <class Share>
  void Project(int64_t begin, int64_t end, Share&& share, Team& team) const {
    const int64_t rows = (end - begin) * s_.batch;
    const auto [from, to] = share(rows);
    for (int64_t r = from; r < to; r++) {
      const float* x = a_.x + (begin * s_.batch + r) * s_.input;
      x_factors_.data()[r] = RoundRow(x_.data() + r * x_stride_, x, s_.input, ih_.range, 0);
    }
    team.Wait();
    // By a block and the rows of a part, so that the weights stay in the first cache.
    constexpr int64_t kPart = 16 * kRows;
    const int64_t parts = (rows + kPart - 1) / kPart;
    const auto [first, last] = share(hh_.blocks * parts);
    for (int64_t item = first; item < last; item++) {
      const int64_t row = item % parts * kPart;
      ForRows(std::min(kPart, rows - row), [&](int64_t r, auto count) {
        ProjectRows<decltype(count)::value>(row + r, item / parts);
      });
    }
    team.Wait();
  }

  template <int B>
  void ProjectRows(int64_t row, int64_t block) const {
    Sums<B> sums;
    Multiply<B>(sums, ih_, block, x_.data() + row * x_stride_, x_stride_);
    ForParts(block, [&](int p, int64_t unit, int n) {
      ULMFIT_UNROLL
      for (int q = 0; q < kGates; q++) {
        const Vec bias = Load(a_.bias_ih + q * s_.hidden + unit, n) + Load(a_.bias_hh + q * s_.hidden + unit, n);
        const Vec scales = Load(ih_.scales(block, q) + p * kLanes);
        ULMFIT_UNROLL
        for (int b = 0; b < B; b++) {
          const Vec sum = ToFloat(sums[b][q][p]) * (scales * x_factors_.data()[row + b]);
          Store(Projected(row + b, block) + q * kUnits + p * kLanes, sum + bias);
        }
      }
    });
  }

  /** Step t for B rows of the batch and a block, from the projected rows from `projected` on. */
  template <int B>
  void Units(int64_t t, int64_t row, int64_t block, int64_t projected) const {
    Sums<B> sums;
    Multiply<B>(sums, hh_, block, Rounded(t) + row * h_stride_, h_stride_);
    ULMFIT_LOOP
    for (int b = 0; b < B; b++) {
      const float* z = Projected(projected + b, block);
      // NaN has no place among whole numbers: a row that has one is multiplied by it.
      const bool is_broken = broken_[row + b].load(std::memory_order_relaxed) < t;
      const float factor = t == 0 ? h_factors_.data()[row + b] : is_broken ? __builtin_nanf("") : 1.f;
      Vec outputs[kParts] = {};
      ForParts(block, [&](int p, int64_t unit, int n) {
        const auto gate = [&](int q) {
          const Vec scales = Load(hh_.scales(block, q) + p * kLanes);
          return Load(z + q * kUnits + p * kLanes) + ToFloat(sums[b][q][p]) * (scales * factor);
        };
        float* cell = a_.last_c + (row + b) * s_.hidden + unit;
        const Vec now = Sigmoid(gate(1)) * Load(cell, n) + Sigmoid(gate(0)) * Tanh(gate(2));
        outputs[p] = Sigmoid(gate(3)) * Tanh(now);
        Store(cell, now, n);
        Store(a_.output + (t * s_.batch + row + b) * s_.hidden + unit, outputs[p], n);
        if (AnyNaN(outputs[p], n) && broken_[row + b].load(std::memory_order_relaxed) > t)
          broken_[row + b].store(t, std::memory_order_relaxed);
      });
      Round(Rounded(t + 1) + (row + b) * h_stride_ + block * kBlockBytes, outputs, hh_.range);
    }
  }

  const Sizes s_;
  const Arrays a_;
  const Weight ih_, hh_;
  const int64_t x_stride_, h_stride_;
  /** Time steps whose inputs are multiplied at once. */
  const int64_t stretch_;
  const Scratch<uint8_t> x_, h_;
  const Scratch<float> x_factors_, h_factors_, z_;
  /** The step from which on a row's outputs hold NaN. */
  const std::unique_ptr<std::atomic<int64_t>[]> broken_;
};

void Compute(Call& call, bool) {
  const Shape x = call.shape(0), h = call.shape(3);
  const bool has_ranks = x.size() == 3 && h.size() == 2;
  const Sizes sizes = has_ranks ? Sizes{x[0], x[1], x[2], h[1]} : Sizes{};
  const bool fits = has_ranks && sizes.time > 0 && h == Shape{sizes.batch, sizes.hidden} && call.shape(4) == h &&
                    call.shape(1) == Shape{kGates * sizes.hidden} && call.shape(2) == call.shape(1) &&
                    call.shape(5) == Shape{Weight::Words(sizes.hidden, sizes.input)} &&
                    call.shape(6) == Shape{Weight::Words(sizes.hidden, sizes.hidden)};
  if (!call.Require(fits, "x [time, batch, input], bias_ih and bias_hh [4 hidden], h and c [batch, hidden], "
                          "packed weight_ih and weight_hh")) {
    return;
  }
  const auto input = [&](int i) { return call.Input<float>(i); };
  const Arrays arrays{input(0), input(1), input(2), input(3), input(4),
                      call.Output(0, {sizes.time, sizes.batch, sizes.hidden}), call.Output(1, h), call.Output(2, h)};
  if (!call.ok()) return;
  Layer(sizes, arrays, Weight(call.Input<int8_t>(5), sizes.hidden, sizes.input),
        Weight(call.Input<int8_t>(6), sizes.hidden, sizes.hidden)).Run();
}

}  // namespace

#if defined(__AVX2__) || defined(__aarch64__)
const bool kMultipliesInt8 = true;
#else
const bool kMultipliesInt8 = false;
#endif

extern const Op kLstmLayerInt8 = {
    "UlmfitLstmLayerInt8",
    {},
    {"x: float", "bias_ih: float", "bias_hh: float", "h: float", "c: float", "weight_ih: int32", "weight_hh: int32"},
    {"output: float", "last_h: float", "last_c: float"},
    Compute,
};

}  // namespace ulmfit
