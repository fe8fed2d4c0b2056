// The recurrent part of an LSTM layer over a whole window in one call. The recurrent weight is laid out anew once a
// window, into panels that a tile of registers reads from front to back; the gates, the cell and their gradients are
// computed from those registers, so that each number is loaded and stored once.
#include <algorithm>

#include "op.h"
#include "thread_pool.h"
#include "tile.h"

namespace ulmfit {

namespace {

constexpr int kGates = 4;
constexpr int kForwardRows = TileRows(kGates);
constexpr int kBackwardVectors = 2;
constexpr int kBackwardRows = TileRows(kBackwardVectors);

int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/** What the products read: float as it is, or bfloat16 in pairs of the inner dimension. */
template <class Element>
struct Format;
template <>
struct Format<float> {
  static constexpr int kGroup = 1;
  static float From(float x) { return x; }
};
template <>
struct Format<uint16_t> {
  static constexpr int kGroup = 2;
  static uint16_t From(float x) { return ToBfloat16(x); }
};

/** The sizes of a window, and its tiles: panels of columns times blocks of rows. */
struct Sizes {
  int64_t time, batch, hidden;
  int64_t panels, blocks;

  Sizes(int64_t time, int64_t batch, int64_t hidden, int vectors, int rows)
      : time(time), batch(batch), hidden(hidden), panels(CeilDivide(hidden, vectors * kLanes)),
        blocks(CeilDivide(batch, rows)) {}
  int64_t tiles() const { return panels * blocks; }
  int64_t padded() const { return CeilDivide(hidden, kLanes) * kLanes; }
  int64_t firstRow(int64_t block) const { return batch * block / blocks; }
  int rows(int64_t block) const { return (int)(firstRow(block + 1) - firstRow(block)); }
};

/** Calls `body(panel, block)` for this thread's share of the tiles: every element is the same whatever the share. */
template <class Body>
void ForTiles(const Sizes& s, int thread, int threads, Body&& body) {
  const int64_t last = s.tiles() * (thread + 1) / threads;
  for (int64_t tile = s.tiles() * thread / threads; tile < last; tile++) body(tile / s.blocks, tile % s.blocks);
}

// ---------------------------------------------------------------------------------------------------- forward

template <class Element>
class Forward {
 public:
  Forward(const Sizes& sizes, const float* z, const float* weight, const float* h, const float* c, float* output,
          float* cells, float* gates)
      : s_(sizes), inner_(CeilDivide(s_.hidden, kGroup) * kGroup), z_(z), weight_(weight), h_(h), c_(c),
        output_(output), cells_(cells), gates_(gates), panels_(s_.panels * inner_ * kGates * kLanes),
        narrow_(kNarrow ? 2 * s_.batch * s_.padded() : 0) {}

  void Run() {
    ThreadPool::Get().Run([&](int thread, int threads, Barrier& barrier) {
      for (int64_t p = thread; p < s_.panels; p += threads) Pack(p);
      if (kNarrow && thread == 0) NarrowFirst();
      barrier.Wait();
      for (int64_t t = 0; t < s_.time; t++) {
        ForTiles(s_, thread, threads, [&](int64_t panel, int64_t block) {
          WithRows<kForwardRows>(s_.rows(block),
                                 [&](auto m) { Tile<decltype(m)::value>(t, panel, s_.firstRow(block)); });
        });
        barrier.Wait();
      }
    });
  }

 private:
  static constexpr int kGroup = Format<Element>::kGroup;
  static constexpr bool kNarrow = kGroup > 1;

  /** Panel `[inner / group][gate][lane][group]` of the units from `p * kLanes`. */
  void Pack(int64_t p) {
    Element* panel = panels_.data() + p * inner_ * kGates * kLanes;
    for (int q = 0; q < kGates; q++) {
      for (int u = 0; u < kLanes; u++) {
        const int64_t unit = p * kLanes + u;
        const float* row = weight_ + (q * s_.hidden + unit) * s_.hidden;
        for (int64_t k = 0; k < inner_; k++) {
          const float x = unit < s_.hidden && k < s_.hidden ? row[k] : 0.f;
          panel[(k / kGroup * kGates + q) * kLanes * kGroup + u * kGroup + k % kGroup] = Format<Element>::From(x);
        }
      }
    }
  }

  void NarrowFirst() {
    for (int64_t b = 0; b < s_.batch; b++)
      for (int64_t k = 0; k < s_.padded(); k++)
        Narrow(0)[b * s_.padded() + k] = k < s_.hidden ? ToBfloat16(h_[b * s_.hidden + k]) : 0;
  }

  /** What step t reads as the output of the step before it: two buffers take turns. */
  uint16_t* Narrow(int64_t t) { return (uint16_t*)narrow_.data() + t % 2 * s_.batch * s_.padded(); }

  template <int M>
  void Tile(int64_t t, int64_t panel, int64_t row) {
    const int64_t hidden = s_.hidden, unit = panel * kLanes, at = t * s_.batch + row;
    const int n = (int)std::min<int64_t>(kLanes, hidden - unit);
    Vec acc[M][kGates];
    ULMFIT_UNROLL
    for (int i = 0; i < M; i++) {
      ULMFIT_UNROLL
      for (int q = 0; q < kGates; q++) acc[i][q] = Load(z_ + ((at + i) * kGates + q) * hidden + unit, n);
    }
    const Element* weight = panels_.data() + panel * inner_ * kGates * kLanes;
    if constexpr (kNarrow) {
      MultiplyTile(acc, Narrow(t) + row * s_.padded(), s_.padded(), weight, inner_);
    } else {
      MultiplyTile(acc, (t == 0 ? h_ : output_ + (t - 1) * s_.batch * hidden) + row * hidden, hidden, weight, inner_);
    }
    const float* before = (t == 0 ? c_ : cells_ + (t - 1) * s_.batch * hidden) + row * hidden + unit;
    ULMFIT_UNROLL
    for (int i = 0; i < M; i++) {
      const Vec in = Sigmoid(acc[i][0]), forget = Sigmoid(acc[i][1]), candidate = Tanh(acc[i][2]);
      const Vec out = Sigmoid(acc[i][3]);
      const Vec cell = forget * Load(before + i * hidden, n) + in * candidate;
      const Vec h = out * Tanh(cell);
      const int64_t place = (at + i) * hidden + unit;
      Store(cells_ + place, cell, n);
      Store(output_ + place, h, n);
      if constexpr (kNarrow) StoreBfloat16(Narrow(t + 1) + (row + i) * s_.padded() + unit, h);
      float* gate = gates_ + (at + i) * kGates * hidden + unit;
      Store(gate, in, n);
      Store(gate + hidden, forget, n);
      Store(gate + 2 * hidden, candidate, n);
      Store(gate + 3 * hidden, out, n);
    }
  }

  const Sizes s_;
  const int64_t inner_;
  const float *const z_, *const weight_, *const h_, *const c_;
  float *const output_, *const cells_, *const gates_;
  const Scratch<Element> panels_, narrow_;
};

void ComputeForward(Call& call, bool bfloat16) {
  const Shape z = call.shape(0), weight = call.shape(1);
  const bool fits = z.size() == 3 && weight.size() == 2 && z[2] == weight[0] && weight[0] == kGates * weight[1] &&
                    call.shape(2) == Shape{z[1], weight[1]} && call.shape(3) == call.shape(2);
  if (!call.Require(fits, "z [time, batch, 4 hidden], weight_hh [4 hidden, hidden], h and c [batch, hidden]")) return;
  const Sizes sizes(z[0], z[1], weight[1], 1, kForwardRows);
  float* output = call.Output(0, {z[0], z[1], weight[1]});
  float* cells = call.Output(1, {z[0], z[1], weight[1]});
  float* gates = call.Output(2, z);
  if (!call.ok()) return;
  const auto run = [&](auto element) {
    Forward<decltype(element)>(sizes, call.Input<float>(0), call.Input<float>(1), call.Input<float>(2),
                               call.Input<float>(3), output, cells, gates)
        .Run();
  };
  if (bfloat16 && kHasBfloat16) run(uint16_t{});
  else run(float{});
}

// --------------------------------------------------------------------------------------------------- backward

template <class Element>
class Backward {
 public:
  Backward(const Sizes& sizes, const float* d_output, const float* gates, const float* cells, const float* c,
           const float* weight, float* dz)
      : s_(sizes), gate_stride_(kNarrow ? s_.padded() : s_.hidden), inner_(kGates * gate_stride_),
        d_output_(d_output), gates_(gates), cells_(cells), c_(c), weight_(weight), dz_(dz),
        panels_(s_.panels * inner_ * kBackwardVectors * kLanes), narrow_(kNarrow ? 2 * s_.batch * inner_ : 0),
        d_cell_(s_.batch * s_.padded()) {}

  void Run() {
    ThreadPool::Get().Run([&](int thread, int threads, Barrier& barrier) {
      for (int64_t p = thread; p < s_.panels; p += threads) Pack(p);
      barrier.Wait();
      for (int64_t t = s_.time - 1; t >= 0; t--) {
        ForTiles(s_, thread, threads, [&](int64_t panel, int64_t block) {
          WithRows<kBackwardRows>(s_.rows(block), [&](auto m) {
            // The last panel may have columns for one vector only.
            if (Vectors(panel) == kBackwardVectors)
              Tile<decltype(m)::value, kBackwardVectors>(t, panel, s_.firstRow(block));
            else
              Tile<decltype(m)::value, 1>(t, panel, s_.firstRow(block));
          });
        });
        barrier.Wait();
      }
    });
  }

 private:
  static constexpr int kGroup = Format<Element>::kGroup;
  static constexpr bool kNarrow = kGroup > 1;

  int Vectors(int64_t panel) const {
    return (int)std::min<int64_t>(kBackwardVectors, s_.padded() / kLanes - panel * kBackwardVectors);
  }

  /** Panel `[inner / group][vector][lane][group]` of the columns from `p * vectors * kLanes`. */
  void Pack(int64_t p) {
    Element* panel = panels_.data() + p * inner_ * kBackwardVectors * kLanes;
    const int columns = Vectors(p) * kLanes;
    const int64_t first = p * kBackwardVectors * kLanes;
    for (int64_t k = 0; k < inner_; k++) {
      const int64_t q = k / gate_stride_, u = k % gate_stride_;
      const float* row = weight_ + (q * s_.hidden + u) * s_.hidden + first;
      Element* to = panel + k / kGroup * columns * kGroup + k % kGroup;
      for (int j = 0; j < columns; j++) {
        const float x = u < s_.hidden && first + j < s_.hidden ? row[j] : 0.f;
        to[j * kGroup] = Format<Element>::From(x);
      }
    }
  }

  /** dz of step t as bfloat16 `[batch, 4, padded]`: two buffers take turns. */
  uint16_t* Narrow(int64_t t) { return (uint16_t*)narrow_.data() + t % 2 * s_.batch * inner_; }

  template <int M, int N>
  void Tile(int64_t t, int64_t panel, int64_t row) {
    const int64_t hidden = s_.hidden, unit = panel * kBackwardVectors * kLanes, at = t * s_.batch + row;
    const auto lanes = [&](int q) { return (int)std::min<int64_t>(kLanes, hidden - unit - q * kLanes); };
    Vec acc[M][N];
    ULMFIT_UNROLL
    for (int i = 0; i < M; i++) {
      ULMFIT_UNROLL
      for (int q = 0; q < N; q++) acc[i][q] = Load(d_output_ + (at + i) * hidden + unit + q * kLanes, lanes(q));
    }
    if (t + 1 < s_.time) {
      const Element* weight = panels_.data() + panel * inner_ * kBackwardVectors * kLanes;
      if constexpr (kNarrow) MultiplyTile(acc, Narrow(t + 1) + row * inner_, inner_, weight, inner_);
      else MultiplyTile(acc, dz_ + (at + s_.batch) * inner_, inner_, weight, inner_);
    }
    ULMFIT_UNROLL
    for (int i = 0; i < M; i++) {
      ULMFIT_UNROLL
      for (int q = 0; q < N; q++) Cell(t, row + i, unit + q * kLanes, lanes(q), acc[i][q]);
    }
  }

  /** dz of step t from dh, for `n` units of one row; hands dc on to step t - 1. */
  ULMFIT_INLINE void Cell(int64_t t, int64_t row, int64_t unit, int n, Vec dh) {
    const int64_t hidden = s_.hidden, at = t * s_.batch + row;
    const float* gate = gates_ + at * kGates * hidden + unit;
    const Vec in = Load(gate, n), forget = Load(gate + hidden, n), candidate = Load(gate + 2 * hidden, n);
    const Vec out = Load(gate + 3 * hidden, n);
    const Vec cell = Tanh(Load(cells_ + at * hidden + unit, n));
    const Vec before = Load((t == 0 ? c_ + row * hidden : cells_ + (at - s_.batch) * hidden) + unit, n);
    float* carried = d_cell_.data() + row * s_.padded() + unit;
    Vec dc = dh * (out * (1.f - cell * cell));
    if (t + 1 < s_.time) dc += Load(carried);
    Store(carried, dc * forget);
    const Vec d[kGates] = {dc * (candidate * (in * (1.f - in))), dc * (before * (forget * (1.f - forget))),
                           dc * (in * (1.f - candidate * candidate)), dh * (cell * (out * (1.f - out)))};
    ULMFIT_UNROLL
    for (int q = 0; q < kGates; q++) {
      Store(dz_ + (at * kGates + q) * hidden + unit, d[q], n);
      if constexpr (kNarrow) StoreBfloat16(Narrow(t) + row * inner_ + q * gate_stride_ + unit, d[q]);
    }
  }

  const Sizes s_;
  const int64_t gate_stride_, inner_;
  const float *const d_output_, *const gates_, *const cells_, *const c_, *const weight_;
  float* const dz_;
  const Scratch<Element> panels_, narrow_;
  const Scratch<float> d_cell_;
};

void ComputeBackward(Call& call, bool bfloat16) {
  const Shape d_output = call.shape(0), gates = call.shape(1), weight = call.shape(4);
  const bool fits = d_output.size() == 3 && gates == Shape{d_output[0], d_output[1], kGates * d_output[2]} &&
                    call.shape(2) == d_output && call.shape(3) == Shape{d_output[1], d_output[2]} &&
                    weight == Shape{kGates * d_output[2], d_output[2]};
  if (!call.Require(fits, "d_output and cells [time, batch, hidden], gates [time, batch, 4 hidden], c [batch, hidden], "
                          "weight_hh [4 hidden, hidden]")) {
    return;
  }
  const Sizes sizes(d_output[0], d_output[1], d_output[2], kBackwardVectors, kBackwardRows);
  float* dz = call.Output(0, gates);
  if (!call.ok()) return;
  const auto run = [&](auto element) {
    Backward<decltype(element)>(sizes, call.Input<float>(0), call.Input<float>(1), call.Input<float>(2),
                                call.Input<float>(3), call.Input<float>(4), dz)
        .Run();
  };
  if (bfloat16 && kHasBfloat16) run(uint16_t{});
  else run(float{});
}

}  // namespace

extern const Op kLstmRecurrence = {
    "UlmfitLstmRecurrence",
    {"narrow: bool = false"},
    {"z: float", "weight_hh: float", "h: float", "c: float"},
    {"output: float", "cells: float", "gates: float"},
    ComputeForward,
    "narrow",
};

extern const Op kLstmRecurrenceGrad = {
    "UlmfitLstmRecurrenceGrad",
    {"narrow: bool = false"},
    {"d_output: float", "gates: float", "cells: float", "c: float", "weight_hh: float"},
    {"dz: float"},
    ComputeBackward,
    "narrow",
};

}  // namespace ulmfit
