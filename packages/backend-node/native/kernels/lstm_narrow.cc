// The recurrent part of an LSTM layer for few rows, without a gradient: nothing is kept but the output and the last
// cell. With so few rows a step is as fast as the recurrent weight comes out of the cache. The weight is read where it
// lies, as inner products of its rows with h, since laying it out for a tile of registers costs as much as several steps;
// in bfloat16 each thread makes a narrow copy of its rows, which then stays in its own second cache. A weight of whole
// numbers of 8 bits comes in half the memory, as bfloat16, which holds them as they are and is float32 by a shift.
#include <algorithm>
#include <utility>

#include "op.h"
#include "thread_pool.h"
#include "vector.h"

namespace ulmfit {

namespace {

constexpr int kGates = 4;
/** Rows of the weight at a time: enough sums side by side that none waits for another. */
constexpr int kDots = kLanes < 8 ? kLanes : 8;
/** Rows of the batch at a time: their sums stay in registers. */
constexpr int kRows = kRegisters < 32 ? 1 : 3;
/**
 * Turns of a thread that waits at the end of a step, about 2 microseconds. Steps take 10, and threads end them together,
 * unless another process has the core: then it is better to give it one's own than to hold up the one waited for.
 */
constexpr int kSpins = 100;

// ------------------------------------------------------------------------------------------------ sums of lanes

/** Where lane i of a fold of `a` and `b` comes from: blocks of 2 S lanes are cut in halves, `half` says which. */
constexpr int FoldFrom(int i, int S, int half) { return (i & S) == 0 ? i + half * S : kLanes + i - S + half * S; }

template <int S, int Half, int... I>
ULMFIT_INLINE Vec FoldHalf(Vec a, Vec b, std::integer_sequence<int, I...>) {
#if defined(__clang__)
  return __builtin_shufflevector(a, b, FoldFrom(I, S, Half)...);
#else
  return __builtin_shuffle(a, b, IntVec{FoldFrom(I, S, Half)...});
#endif
}

/** Blocks of 2 S lanes: the sums of the halves of `a` in the first S lanes, those of `b` in the others. */
template <int S>
ULMFIT_INLINE Vec Fold(Vec a, Vec b) {
  constexpr auto lanes = std::make_integer_sequence<int, kLanes>{};
  return FoldHalf<S, 0>(a, b, lanes) + FoldHalf<S, 1>(a, b, lanes);
}

/** Folds N vectors into one: vector i becomes the `kLanes / N` lanes from `i * kLanes / N` on. */
template <int N, int S = kLanes / 2>
ULMFIT_INLINE Vec FoldAll(Vec* v) {
  if constexpr (N == 1) {
    return v[0];
  } else {
    ULMFIT_UNROLL
    for (int i = 0; i < N / 2; i++) v[i] = Fold<S>(v[i], v[i + N / 2]);
    return FoldAll<N / 2, S / 2>(v);
  }
}

// ----------------------------------------------------------------------------------------------- inner products

/** acc[b][i] += weight row i times h of row b, over `inner` numbers; rows that follow each other are a stride apart. */
template <int B>
ULMFIT_INLINE void Dots(Vec (&acc)[B][kDots], const float* const (&weight)[kDots], const float* h, int64_t stride,
                        int64_t inner) {
  const auto step = [&](int64_t k, int n) {
    Vec x[B];
    ULMFIT_UNROLL
    for (int b = 0; b < B; b++) x[b] = Load(h + b * stride + k, n);
    ULMFIT_UNROLL
    for (int i = 0; i < kDots; i++) {
      const Vec w = Load(weight[i] + k, n);
      ULMFIT_UNROLL
      for (int b = 0; b < B; b++) acc[b][i] += x[b] * w;
    }
  };
  const int64_t whole = inner / kLanes * kLanes;
  for (int64_t k = 0; k < whole; k += kLanes) step(k, kLanes);
  if (whole < inner) step(whole, (int)(inner - whole));
}

/** The same in bfloat16, summed in float32; `inner` is a multiple of two vectors. */
template <int B>
ULMFIT_INLINE void Dots(Vec (&acc)[B][kDots], const uint16_t* const (&weight)[kDots], const uint16_t* h,
                        int64_t stride, int64_t inner) {
#if defined(__AVX512BF16__)
  for (int64_t k = 0; k < inner; k += 2 * kLanes) {
    __m512bh x[B];
    ULMFIT_UNROLL
    for (int b = 0; b < B; b++) x[b] = (__m512bh)_mm512_loadu_si512(h + b * stride + k);
    ULMFIT_UNROLL
    for (int i = 0; i < kDots; i++) {
      const __m512bh w = (__m512bh)_mm512_loadu_si512(weight[i] + k);
      ULMFIT_UNROLL
      for (int b = 0; b < B; b++) acc[b][i] = (Vec)_mm512_dpbf16_ps((__m512)acc[b][i], x[b], w);
    }
  }
#else
  (void)acc, (void)weight, (void)h, (void)stride, (void)inner;
#endif
}

/** Numbers of a row of a weight of 8 bits that lie together: half of them in the lower halves of words, the others in the higher. */
constexpr int kGroup = 32;

/** Two whole numbers of 8 bits in each word, as bfloat16. */
struct Pair8 {
  uint32_t word;
};

/** Of weights of 8 bits, summed in float32. Their rows are filled up with zeros to whole groups; h is not. */
template <int B>
ULMFIT_INLINE void Dots(Vec (&acc)[B][kDots], const Pair8* const (&weight)[kDots], const float* h, int64_t stride,
                        int64_t inner) {
  const auto step = [&](int64_t word, int64_t low, int64_t high, int n, int m) {
    Vec x[B], y[B];
    ULMFIT_UNROLL
    for (int b = 0; b < B; b++) {
      x[b] = Load(h + b * stride + low, n);
      y[b] = Load(h + b * stride + high, m);
    }
    ULMFIT_UNROLL
    for (int i = 0; i < kDots; i++) {
      const IntVec pairs = (IntVec)Load((const float*)(weight[i] + word));
      const Vec v = (Vec)(pairs << 16), w = (Vec)(pairs & (int32_t)0xffff0000);
      ULMFIT_UNROLL
      for (int b = 0; b < B; b++) acc[b][i] += x[b] * v;
      ULMFIT_UNROLL
      for (int b = 0; b < B; b++) acc[b][i] += y[b] * w;
    }
  };
  const int64_t whole = inner / kGroup * kGroup;
  for (int64_t k = 0; k < whole; k += kGroup)
    for (int lane = 0; lane < kGroup / 2; lane += kLanes) step(k / 2 + lane, k + lane, k + kGroup / 2 + lane, kLanes, kLanes);
  if (whole == inner) return;
  const auto left = [&](int64_t at) { return (int)std::min<int64_t>(kLanes, std::max<int64_t>(0, inner - at)); };
  for (int lane = 0; lane < kGroup / 2; lane += kLanes) {
    const int64_t low = whole + lane, high = low + kGroup / 2;
    // Where nothing is left there is nothing to be read either.
    step(whole / 2 + lane, std::min(low, inner), std::min(high, inner), left(low), left(high));
  }
}

/** A weight of 8 bits: its rows, and what each is multiplied by. */
struct Int8Weight {
  const Pair8* rows;
  const float* scales;
  /** Words of a row. */
  static int64_t Stride(int64_t hidden) { return (hidden + kGroup - 1) / kGroup * (kGroup / 2); }
};

// --------------------------------------------------------------------------------------------------- the window

/** `Element` is what the weight is read as: float, bfloat16 or pairs of 8 bits. */
template <class Element>
class FewRows {
 public:
  static constexpr bool kNarrow = sizeof(Element) == 2, kInt8 = std::is_same_v<Element, Pair8>;
  using Weight = std::conditional_t<kInt8, Int8Weight, const float*>;

  FewRows(const Shape& z_shape, const float* z, const float* bias_ih, const float* bias_hh, Weight weight,
          const float* h, const float* c, float* output, float* cell)
      : time_(z_shape[0]), batch_(z_shape[1]), hidden_(z_shape[2] / kGates),
        inner_(kNarrow ? (hidden_ + 2 * kLanes - 1) / (2 * kLanes) * (2 * kLanes) : hidden_), z_(z),
        bias_ih_(bias_ih), bias_hh_(bias_hh), weight_(weight), h_(h), c_(c), output_(output), cell_(cell),
        narrow_weight_(kNarrow ? kGates * hidden_ * inner_ : 0), narrow_h_(kNarrow ? 2 * batch_ * inner_ : 0) {}

  void Run() {
    std::copy(c_, c_ + batch_ * hidden_, cell_);
    const auto job = [&](int thread, int threads, Team& team) {
      // Each unit is one thread's for the whole window. Its sums are the same whatever the share.
      const int64_t first = hidden_ * thread / threads, last = hidden_ * (thread + 1) / threads;
      const int64_t blocks = (last - first + kLanes - 1) / kLanes;
      if constexpr (kNarrow) {
        for (int q = 0; q < kGates; q++) {
          for (int64_t u = first; u < last; u++) {
            NarrowRow(weight_ + (q * hidden_ + u) * hidden_, narrow_weight_.data() + (q * hidden_ + u) * inner_);
          }
        }
        for (int64_t b = thread; b < batch_; b += threads) {
          NarrowRow(h_ + b * hidden_, Narrow(0) + b * inner_);
          std::fill(Narrow(1) + b * inner_, Narrow(1) + (b + 1) * inner_, 0);
        }
        team.Wait();
      }
      for (int64_t t = 0; t < time_; t++) {
        for (int64_t block = 0; block < blocks; block++) {
          // There and back: what was read last, and is in the cache still, is read first.
          const int64_t unit = first + (t % 2 == 0 ? block : blocks - 1 - block) * kLanes;
          int64_t row = 0;
          for (; row + kRows <= batch_; row += kRows) Units<kRows>(t, row, unit, last);
          for (; row < batch_; row++) Units<1>(t, row, unit, last);
        }
        team.Wait();
      }
    };
    ThreadPool::Get().Run(job, kSpins);
  }

 private:
  /** What the output of the step before is kept as. */
  using State = std::conditional_t<kInt8, float, Element>;

  void NarrowRow(const float* from, Element* to) const {
    for (int64_t k = 0; k < inner_; k += kLanes) {
      const int64_t left = hidden_ - k;
      StoreBfloat16((uint16_t*)to + k, left > 0 ? Load(from + k, (int)std::min<int64_t>(kLanes, left)) : Vec{});
    }
  }

  /** What step t reads as the output of the step before it: two buffers take turns. */
  Element* Narrow(int64_t t) const { return narrow_h_.data() + t % 2 * batch_ * inner_; }

  /** Step t for B rows of the batch and the units from `unit` on, a vector of them or up to `last`. */
  template <int B>
  void Units(int64_t t, int64_t row, int64_t unit, int64_t last) const {
    const int n = (int)std::min<int64_t>(kLanes, last - unit);
    const State* h;
    if constexpr (kNarrow) h = Narrow(t) + row * inner_;
    else h = (t == 0 ? h_ : output_ + (t - 1) * batch_ * hidden_) + row * hidden_;
    Vec sums[kGates][B];
    for (int q = 0; q < kGates; q++) {
      // Folded, weight row i of part p ends in lane i * parts + p.
      constexpr int parts = kLanes / kDots;
      Vec folded[parts][B];
      ULMFIT_UNROLL
      for (int p = 0; p < parts; p++) {
        const Element* rows[kDots];
        ULMFIT_UNROLL
        for (int i = 0; i < kDots; i++) {
          // Beyond the last unit it is read again, for nothing.
          const int64_t at = q * hidden_ + std::min(unit + i * parts + p, last - 1);
          if constexpr (kNarrow) rows[i] = narrow_weight_.data() + at * inner_;
          else if constexpr (kInt8) rows[i] = weight_.rows + at * Int8Weight::Stride(hidden_);
          else rows[i] = weight_ + at * hidden_;
        }
        Vec acc[B][kDots] = {};
        Dots<B>(acc, rows, h, inner_, inner_);
        ULMFIT_UNROLL
        for (int b = 0; b < B; b++) folded[p][b] = FoldAll<kDots>(acc[b]);
      }
      const Vec bias = Load(bias_ih_ + q * hidden_ + unit, n) + Load(bias_hh_ + q * hidden_ + unit, n);
      ULMFIT_UNROLL
      for (int b = 0; b < B; b++) {
        Vec sum = folded[0][b];
        if constexpr (parts == 2) sum = Fold<1>(sum, folded[1][b]);
        if constexpr (kInt8) sum *= Load(weight_.scales + q * hidden_ + unit, n);
        sums[q][b] = Load(z_ + ((t * batch_ + row + b) * kGates + q) * hidden_ + unit, n) + bias + sum;
      }
    }
    for (int b = 0; b < B; b++) {
      float* cell = cell_ + (row + b) * hidden_ + unit;
      const Vec now = Sigmoid(sums[1][b]) * Load(cell, n) + Sigmoid(sums[0][b]) * Tanh(sums[2][b]);
      const Vec out = Sigmoid(sums[3][b]) * Tanh(now);
      Store(cell, now, n);
      Store(output_ + (t * batch_ + row + b) * hidden_ + unit, out, n);
      if constexpr (kNarrow) {
        alignas(64) uint16_t rounded[kLanes];
        StoreBfloat16(rounded, out);
        std::memcpy(Narrow(t + 1) + (row + b) * inner_ + unit, rounded, sizeof(uint16_t) * n);
      }
    }
  }

  const int64_t time_, batch_, hidden_, inner_;
  const float *const z_, *const bias_ih_, *const bias_hh_;
  const Weight weight_;
  const float *const h_, *const c_;
  float *const output_, *const cell_;
  const Scratch<Element> narrow_weight_, narrow_h_;
};

/** The same of a weight of 8 bits: its rows, and then their scales. */
void ComputeInt8(Call& call, bool) {
  const Shape z = call.shape(0), h = call.shape(3);
  const int64_t hidden = h.size() == 2 ? h[1] : 0, stride = Int8Weight::Stride(hidden);
  const bool fits = z.size() == 3 && z[2] == kGates * hidden && call.shape(1) == Shape{z[2]} &&
                    call.shape(2) == call.shape(1) && h == Shape{z[1], hidden} && call.shape(4) == h &&
                    call.shape(5) == Shape{kGates * hidden * (stride + 1)};
  if (!call.Require(fits, "z [time, batch, 4 hidden], bias_ih and bias_hh [4 hidden], "
                          "h and c [batch, hidden], packed weight_hh")) {
    return;
  }
  float* output = call.Output(0, {z[0], z[1], hidden});
  float* cell = call.Output(1, h);
  if (!call.ok()) return;
  const auto input = [&](int i) { return call.Input<float>(i); };
  const Pair8* rows = call.Input<Pair8>(5);
  const Int8Weight weight{rows, (const float*)(rows + kGates * hidden * stride)};
  FewRows<Pair8>(z, input(0), input(1), input(2), weight, input(3), input(4), output, cell).Run();
}

void Compute(Call& call, bool bfloat16) {
  const Shape z = call.shape(0), weight = call.shape(3);
  const bool fits = z.size() == 3 && weight.size() == 2 && z[2] == weight[0] && weight[0] == kGates * weight[1] &&
                    call.shape(1) == Shape{weight[0]} && call.shape(2) == call.shape(1) &&
                    call.shape(4) == Shape{z[1], weight[1]} && call.shape(5) == call.shape(4);
  if (!call.Require(fits, "z [time, batch, 4 hidden], bias_ih and bias_hh [4 hidden], weight_hh [4 hidden, hidden], "
                          "h and c [batch, hidden]")) {
    return;
  }
  float* output = call.Output(0, {z[0], z[1], weight[1]});
  float* cell = call.Output(1, {z[1], weight[1]});
  if (!call.ok()) return;
  const auto run = [&](auto element) {
    const auto input = [&](int i) { return call.Input<float>(i); };
    FewRows<decltype(element)>(z, input(0), input(1), input(2), input(3), input(4), input(5), output, cell).Run();
  };
  if (bfloat16 && kHasBfloat16) run(uint16_t{});
  else run(float{});
}

}  // namespace

extern const Op kLstmInference = {
    "UlmfitLstmInference",
    {"narrow: bool = false"},
    {"z: float", "bias_ih: float", "bias_hh: float", "weight_hh: float", "h: float", "c: float"},
    {"output: float", "cell: float"},
    Compute,
    "narrow",
};

extern const Op kLstmInferenceInt8 = {
    "UlmfitLstmInferenceInt8",
    {},
    {"z: float", "bias_ih: float", "bias_hh: float", "h: float", "c: float", "weight_hh: int32"},
    {"output: float", "cell: float"},
    ComputeInt8,
};

}  // namespace ulmfit
