// The recurrent part of an LSTM layer for few rows, without a gradient: nothing is kept but the output and the last
// cell. With so few rows a step is as fast as the recurrent weight comes out of the cache. The weight is read where it
// lies, as inner products of its rows with h, since laying it out for a tile of registers costs as much as several steps;
// in bfloat16 each thread makes a narrow copy of its rows, which then stays in its own second cache.
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

// --------------------------------------------------------------------------------------------------- the window

/** `Element` is what the weight is read as: float or bfloat16. */
template <class Element>
class FewRows {
 public:
  static constexpr bool kNarrow = sizeof(Element) == 2;

  FewRows(const Shape& z_shape, const float* z, const float* bias_ih, const float* bias_hh,
          const float* weight, const float* h, const float* c, float* output, float* cell)
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
    const Element* h;
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
  const float *const z_, *const bias_ih_, *const bias_hh_, *const weight_, *const h_, *const c_;
  float *const output_, *const cell_;
  const Scratch<Element> narrow_weight_, narrow_h_;
};

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

}  // namespace ulmfit
