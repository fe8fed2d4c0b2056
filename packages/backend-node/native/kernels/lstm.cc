// An LSTM layer over a whole window in one call. The recurrent weight is laid out anew once a window, into panels that a
// tile of registers reads from front to back; the gates, the cell and their gradients are computed from those registers,
// so that each number is loaded and stored once. The products with the input's weight and those of the weights'
// gradients are made for some time steps at a time, while what the recurrence needs or has made is in the cache: the
// pre-activations and their gradients are never in memory as a whole.
#include <algorithm>

#include "multiply.h"
#include "op.h"

namespace ulmfit {

namespace {

constexpr int kGates = 4;
/** The gates that are in registers at once: half of them, for the sake of more rows. */
constexpr int kTogether = 2;
template <class Element>
constexpr int kForwardRows = Format<Element>::TileRows(kTogether);
/**
 * The input's product is made with the recurrent one, by as many rows at least, of weights of as many bytes at most: for few
 * rows, or from memory, the weight would come too often.
 */
constexpr int64_t kFewestWithin = 32, kLargestWithin = 8 << 20;
/** Else rows of pre-activations that are made ahead of the recurrence. */
constexpr int64_t kAhead = 768;

/** The sizes of a window, and its tiles: panels of columns times blocks of rows. */
struct Sizes {
  int64_t time, batch, hidden;
  int64_t panels, blocks;

  Sizes(int64_t time, int64_t batch, int64_t hidden, int vectors, int rows)
      : time(time), batch(batch), hidden(hidden), panels(CeilDivide(hidden, vectors * kLanes)),
        blocks(CeilDivide(batch, rows)) {}
  int64_t tiles() const { return panels * blocks; }
  int64_t padded() const { return CeilDivide(hidden, kLanes) * kLanes; }
  /** The numbers of one time step. */
  int64_t step() const { return batch * hidden; }
  int64_t firstRow(int64_t block) const { return batch * block / blocks; }
  int rows(int64_t block) const { return (int)(firstRow(block + 1) - firstRow(block)); }
};

/** The numbers from a row to the next: an odd number of cache lines, so that a tile's rows are in different parts of a cache. */
template <class Element>
int64_t Pitch(int64_t inner) {
  constexpr int64_t kLine = 64 / sizeof(Element);
  return (CeilDivide(Whole<Element>(inner), kLine) | 1) * kLine;
}

/** Rows that a tile may read beyond its own: registers that hold several are filled even so. */
template <class Element>
constexpr int64_t kSlack = Format<Element>::kRowStep > 1 ? kRows<Element> : 0;

/** Of a tile of M rows those that there are: all of them, unless registers hold several rows each. */
template <int M, class Element>
ULMFIT_INLINE int RowsOf(const Sizes& s, int64_t block) {
  return Format<Element>::kRowStep == 1 ? M : s.rows(block);
}

/** Calls `body(panel, block)` for all tiles, by whichever thread: every element is the same whoever makes it. */
template <class Body>
void ForTiles(const Sizes& s, Team& team, int thread, Body&& body) {
  team.ForEach(thread, s.tiles(), 1, [&](int64_t tile, int64_t) { body(tile / s.blocks, tile % s.blocks); });
}

/**
 * The gates after their non-linearities, `[time, batch, 4, hidden]`, as they are kept for the gradient: float, or 16
 * bits where products are narrow too.
 */
template <class Element>
struct Gates;

template <>
struct Gates<float> {
  float* data;
  /** Numbers of a tensor of float that hold `count` gates. */
  static int64_t Words(int64_t count) { return count; }
  ULMFIT_INLINE void Keep(int64_t at, int64_t hidden, const Vec (&gates)[kGates], int n) const {
    ULMFIT_UNROLL
    for (int q = 0; q < kGates; q++) Store(data + at + q * hidden, gates[q], n);
  }
  ULMFIT_INLINE void Read(int64_t at, int64_t hidden, Vec (&gates)[kGates], int n) const {
    ULMFIT_UNROLL
    for (int q = 0; q < kGates; q++) gates[q] = Load(data + at + q * hidden, n);
  }
};

template <>
struct Gates<uint16_t> {
  uint16_t* data;
  static int64_t Words(int64_t count) { return CeilDivide(count, 2); }
  ULMFIT_INLINE void Keep(int64_t at, int64_t hidden, const Vec (&gates)[kGates], int n) const {
    ULMFIT_UNROLL
    for (int q = 0; q < kGates; q++)
      StoreFractions(data + at + q * hidden, q == 2 ? gates[q] * 0.5f + 0.5f : gates[q], n);
  }
  ULMFIT_INLINE void Read(int64_t at, int64_t hidden, Vec (&gates)[kGates], int n) const {
    ULMFIT_UNROLL
    for (int q = 0; q < kGates; q++) {
      gates[q] = LoadFractions(data + at + q * hidden, n);
      if (q == 2) gates[q] = gates[q] * 2.f - 1.f;
    }
  }
};

/** Asks for the lines of a row's gates from a place on. */
template <Access access, class Element>
ULMFIT_INLINE void FetchGates(const Gates<Element>& gates, int64_t at, int64_t hidden) {
  ULMFIT_UNROLL
  for (int q = 0; q < kGates; q++) Prefetch<access>(gates.data + at + q * hidden);
}

// ---------------------------------------------------------------------------------------------------- forward

/** Where the results of a window go; without gradient only the output and the last cell are kept. */
struct Results {
  float *output, *last_cell;
  float *cells = nullptr, *gates = nullptr;
};

/** What a layer's pre-activations begin with: the product of the input is made within the steps. */
struct Inputs {
  const float *x = nullptr, *weight = nullptr;
  /** `[4, hidden]` */
  const float* bias = nullptr;
  int64_t size = 0;
};

template <class Element>
class Forward {
 public:
  Forward(const Sizes& sizes, const float* weight, const float* h, const float* c, const Results& results,
          const Inputs& inputs = {})
      : s_(sizes), inner_(Whole<Element>(s_.hidden)), input_inner_(Whole<Element>(inputs.size)), weight_(weight), h_(h),
        c_(c), to_(results), from_(inputs), gates_{(decltype(Gates<Element>::data))results.gates},
        panels_(s_.panels * (input_inner_ + inner_) * kGates * kLanes),
        pitch_(Pitch<Element>(s_.hidden)), input_pitch_(Pitch<Element>(inputs.size)),
        narrow_(kNarrow ? (2 * s_.batch + kSlack<Element>) * pitch_ : 0),
        narrow_inputs_(kNarrow ? (2 * s_.batch + kSlack<Element>) * input_pitch_ : 0) {}

  /** To be waited for before the first step. */
  void Prepare(int thread, int threads) {
    for (int64_t p = thread; p < s_.panels; p += threads) {
      PackPanel(p, from_.weight, from_.size, input_inner_, 0);
      PackPanel(p, weight_, s_.hidden, inner_, input_inner_);
    }
    if (kNarrow && thread == 0) NarrowFirst();
    NarrowInputs(0, thread, threads);
  }

  /**
   * This thread's share of step t, from its pre-activations `[batch, 4, hidden]`, or from the inputs if `z` is null. To be
   * waited for.
   */
  void Step(int64_t t, const float* z, Team& team, int thread, int threads) {
    ForTiles(s_, team, thread, [&](int64_t panel, int64_t block) {
      WithCount<kForwardRows<Element>, Format<Element>::kRowStep>(
          s_.rows(block), [&](auto m) { Tile<decltype(m)::value>(t, z, panel, block); });
    });
    if (t + 1 < s_.time) NarrowInputs(t + 1, thread, threads);
  }

 private:
  static constexpr int kGroup = Format<Element>::kGroup;
  static constexpr bool kNarrow = kGroup > 1;
  static constexpr int kUnit = Format<Element>::kUnit;

  /**
   * `[inner / group][gate][lane][group]` of the units from `p * kLanes`, for some of the gates; the inner dimension is the
   * input's, then the units'.
   */
  Element* Panel(int64_t p, int part, int64_t k) const {
    return panels_.data() + ((p * (kGates / kTogether) + part) * (input_inner_ + inner_) + k) * kTogether * kLanes;
  }

  /** Lays out a weight `[4, hidden, size]`, from place k of the inner dimension on. */
  void PackPanel(int64_t p, const float* weight, int64_t size, int64_t inner, int64_t k) {
    for (int q = 0; q < kGates; q++) {
      const Factor<float> gate{weight + q * s_.hidden * size, s_.hidden, size, size, true};
      Pack(gate, p * kLanes, 1, kLanes, 0, inner, Panel(p, q / kTogether, k) + q % kTogether * kLanes * kGroup,
           kTogether * kLanes);
    }
  }

  void NarrowFirst() {
    std::fill(Narrow(0), Narrow(0) + 2 * s_.batch * pitch_, 0);
    for (int64_t b = 0; b < s_.batch; b++)
      for (int64_t k = 0; k < s_.hidden; k++) Narrow(0)[b * pitch_ + k] = ToBfloat16(h_[b * s_.hidden + k]);
  }

  /** This thread's share of the inputs of step t, rounded where the products are narrow. */
  void NarrowInputs(int64_t t, int thread, int threads) {
    if (!kNarrow || from_.size == 0) return;
    for (int64_t b = s_.batch * thread / threads; b < s_.batch * (thread + 1) / threads; b++) {
      const float* row = from_.x + (t * s_.batch + b) * from_.size;
      for (int64_t k = 0; k < from_.size; k += kLanes)
        Convert(row + k, NarrowInput(t) + b * input_pitch_ + k, (int)std::min<int64_t>(kLanes, from_.size - k));
      for (int64_t k = from_.size; k < input_inner_; k++) NarrowInput(t)[b * input_pitch_ + k] = 0;
    }
  }

  /** Two buffers take turns here too. */
  uint16_t* NarrowInput(int64_t t) const {
    return (uint16_t*)narrow_inputs_.data() + t % 2 * s_.batch * input_pitch_;
  }

  /** What step t reads as the output of the step before it: two buffers take turns. */
  uint16_t* Narrow(int64_t t) const { return (uint16_t*)narrow_.data() + t % 2 * s_.batch * pitch_; }

  /** The cells after step t, in the memory of those before it where they aren't kept. */
  float* Cells(int64_t t) const { return to_.cells == nullptr ? to_.last_cell : to_.cells + t * s_.step(); }

  template <int M>
  void Tile(int64_t t, const float* z, int64_t panel, int64_t block) {
    const int64_t hidden = s_.hidden, unit = panel * kLanes, row = s_.firstRow(block);
    const int rows = RowsOf<M, Element>(s_, block);
    const int n = (int)std::min<int64_t>(kLanes, hidden - unit);
    const float* before = (t == 0 ? c_ : Cells(t - 1)) + row * hidden + unit;
    float* after = Cells(t) + row * hidden + unit;
    // What is read and written beside the product comes while that is made.
    ULMFIT_UNROLL
    for (int i = 0; i < M; i++) {
      if (i >= rows) continue;
      const int64_t at = t * s_.batch + row + i;
      ULMFIT_UNROLL
      for (int q = 0; z != nullptr && q < kGates; q++) Prefetch<kRead>(z + ((row + i) * kGates + q) * hidden + unit);
      Prefetch<kRead>(before + i * hidden);
      Prefetch<kWrite>(after + i * hidden);
      Prefetch<kWrite>(to_.output + at * hidden + unit);
      if (gates_.data != nullptr) FetchGates<kWrite>(gates_, at * kGates * hidden + unit, hidden);
    }
    Vec sums[M][kGates];
    ULMFIT_UNROLL
    for (int part = 0; part < kGates / kTogether; part++) {
      Vec acc[M][kTogether] = {};
      const Element *from_input = Panel(panel, part, 0), *from_units = Panel(panel, part, input_inner_);
      if constexpr (kNarrow) {
        MultiplyTile(acc, NarrowInput(t) + row * input_pitch_, input_pitch_, kUnit, from_input, input_inner_);
        MultiplyTile(acc, Narrow(t) + row * pitch_, pitch_, kUnit, from_units, inner_);
      } else {
        const float* h = t == 0 ? h_ : to_.output + (t - 1) * s_.step();
        MultiplyTile(acc, from_.x + (t * s_.batch + row) * from_.size, from_.size, kUnit, from_input, input_inner_);
        MultiplyTile(acc, h + row * hidden, hidden, kUnit, from_units, inner_);
      }
      // Without `z` each row begins with the bias.
      const float* start = z == nullptr ? from_.bias : z + row * kGates * hidden;
      const int64_t next = z == nullptr ? 0 : kGates * hidden;
      ULMFIT_UNROLL
      for (int i = 0; i < M; i++) {
        if (i >= rows) continue;
        ULMFIT_UNROLL
        for (int q = 0; q < kTogether; q++) {
          const int gate = part * kTogether + q;
          sums[i][gate] = acc[i][q] + Load(start + i * next + gate * hidden + unit, n);
        }
      }
    }
    WithLanes(n, [&](auto n) {
      // Unrolled it would not fit the instructions' cache.
      ULMFIT_LOOP
      for (int i = 0; i < rows; i++) {
        const Vec gates[kGates] = {Sigmoid(sums[i][0]), Sigmoid(sums[i][1]), Tanh(sums[i][2]), Sigmoid(sums[i][3])};
        const Vec cell = gates[1] * Load(before + i * hidden, n) + gates[0] * gates[2];
        const Vec h = gates[3] * Tanh(cell);
        const int64_t at = t * s_.batch + row + i;
        Store(after + i * hidden, cell, n);
        Store(to_.output + at * hidden + unit, h, n);
        if constexpr (kNarrow) StoreBfloat16(Narrow(t + 1) + (row + i) * pitch_ + unit, h);
        if (gates_.data != nullptr) gates_.Keep(at * kGates * hidden + unit, hidden, gates, n);
      }
    });
  }

  const Sizes s_;
  const int64_t inner_, input_inner_;
  const float *const weight_, *const h_, *const c_;
  const Results to_;
  const Inputs from_;
  const Gates<Element> gates_;
  const Scratch<Element> panels_;
  /** From a row of rounded outputs, or inputs, to the next. */
  const int64_t pitch_, input_pitch_;
  const Scratch<Element> narrow_, narrow_inputs_;
};

/** The last step of a window: what is carried on. */
void CopyLast(const Sizes& s, const float* all, float* last) {
  std::copy(all + (s.time - 1) * s.step(), all + s.time * s.step(), last);
}

/** Calls `run` with a number of the format that products are made in. */
template <class Run>
void InFormat(bool narrow, Run&& run) {
  if (narrow && kHasBfloat16) run(uint16_t{});
  else run(float{});
}

void ComputeForward(Call& call, bool narrow) {
  const Shape z = call.shape(0), weight = call.shape(1);
  const bool fits = z.size() == 3 && weight.size() == 2 && z[2] == weight[0] && weight[0] == kGates * weight[1] &&
                    call.shape(2) == Shape{z[1], weight[1]} && call.shape(3) == call.shape(2);
  if (!call.Require(fits, "z [time, batch, 4 hidden], weight_hh [4 hidden, hidden], h and c [batch, hidden]")) return;
  InFormat(narrow, [&](auto element) {
    using Element = decltype(element);
    const Sizes s(z[0], z[1], weight[1], 1, kForwardRows<Element>);
    const Shape all{s.time, s.batch, s.hidden};
    Results to{call.Output(0, all), nullptr, call.Output(1, all),
               call.Output(2, {Gates<Element>::Words(Elements(z))})};
    if (!call.ok()) return;
    Forward<Element> forward(s, call.Input<float>(1), call.Input<float>(2), call.Input<float>(3), to);
    const float* from = call.Input<float>(0);
    RunProducts<Element>([&](int thread, int threads, Team& team) {
      forward.Prepare(thread, threads);
      team.Wait();
      for (int64_t t = 0; t < s.time; t++, team.Wait())
        forward.Step(t, from + t * kGates * s.step(), team, thread, threads);
    });
  });
}

/** Whether the input's product is made within the recurrence, or for some steps ahead of it. */
template <class Element>
bool IsMadeWithin(const Sizes& s, int64_t input) {
  const int64_t bytes = kGates * s.hidden * (input + s.hidden) * (int64_t)sizeof(Element);
  return s.batch >= kFewestWithin && bytes <= kLargestWithin;
}

template <class Element>
void RunWithin(const Sizes& s, Forward<Element>& forward) {
  RunProducts<Element>([&](int thread, int threads, Team& team) {
    forward.Prepare(thread, threads);
    team.Wait();
    for (int64_t t = 0; t < s.time; t++, team.Wait()) forward.Step(t, nullptr, team, thread, threads);
  });
}

template <class Element>
void RunAhead(const Sizes& s, const Inputs& from, Forward<Element>& forward) {
  const int64_t input = from.size, columns = kGates * s.hidden, ahead = std::max<int64_t>(1, kAhead / std::max<int64_t>(1, s.batch));
  const Scratch<Element> panels(Panels<Element>::Size(columns, input));
  const Panels<Element> weights{panels.data(), columns, input};
  const Scratch<float> z(std::min(ahead, s.time) * s.batch * columns);
  RunProducts<Element>([&](int thread, int threads, Team& team) {
    PackPanels(Factor<float>{from.weight, columns, input, input, true}, weights, thread, threads);
    forward.Prepare(thread, threads);
    team.Wait();
    for (int64_t first = 0; first < s.time; first += ahead) {
      const int64_t steps = std::min(ahead, s.time - first);
      const Factor<float> rows{from.x + first * s.batch * input, steps * s.batch, input, input, true};
      MultiplyTogether(team, thread, rows, {Target<Element>{weights, z.data(), columns, Start::kBias, from.bias}});
      team.Wait();
      for (int64_t t = 0; t < steps; t++, team.Wait())
        forward.Step(first + t, z.data() + t * s.batch * columns, team, thread, threads);
    }
  });
}

void ComputeLayer(Call& call, bool narrow) {
  const Shape x = call.shape(0), weight = call.shape(1), recurrent = call.shape(2);
  const bool fits = x.size() == 3 && x[0] > 0 && weight.size() == 2 && recurrent.size() == 2 && x[2] == weight[1] &&
                    weight[0] == recurrent[0] && recurrent[0] == kGates * recurrent[1] &&
                    call.shape(3) == Shape{weight[0]} && call.shape(4) == call.shape(3) &&
                    call.shape(5) == Shape{x[1], recurrent[1]} && call.shape(6) == call.shape(5) &&
                    call.shape(7) == Shape{1};
  if (!call.Require(fits, "x [time, batch, input] of one step at least, weight_ih [4 hidden, input], weight_hh [4 hidden, "
                          "hidden], bias_ih and bias_hh [4 hidden], h and c [batch, hidden], needs_gradient [1]")) {
    return;
  }
  const bool keep = call.Input<int32_t>(7)[0] != 0;
  const auto in = [&](int i) { return call.Input<float>(i); };
  InFormat(narrow, [&](auto element) {
    using Element = decltype(element);
    const Sizes s(x[0], x[1], recurrent[1], 1, kForwardRows<Element>);
    const int64_t input = x[2], columns = kGates * s.hidden;
    const Shape all{s.time, s.batch, s.hidden}, state{s.batch, s.hidden};
    Results to{call.Output(0, all), call.Output(2, state)};
    float *last_h = call.Output(1, state), *cells = call.Output(3, keep ? all : Shape{0});
    float* gates = call.Output(4, {keep ? Gates<Element>::Words(s.time * s.batch * columns) : 0});
    if (!call.ok()) return;
    if (keep) to.cells = cells, to.gates = gates;
    const Scratch<float> bias(columns);
    for (int64_t i = 0; i < columns; i++) bias.data()[i] = in(3)[i] + in(4)[i];
    const Inputs from{in(0), in(1), bias.data(), input};
    const bool within = IsMadeWithin<Element>(s, input);
    Forward<Element> forward(s, in(2), in(5), in(6), to, within ? from : Inputs{});
    if (within) RunWithin(s, forward);
    else RunAhead(s, from, forward);
    CopyLast(s, to.output, last_h);
    if (keep) CopyLast(s, cells, to.last_cell);
  });
}

// --------------------------------------------------------------------------------------------------- backward

/** What the gradient of a window is computed from. */
struct Kept {
  const float *d_output, *gates, *cells, *c, *weight;
};

template <class Element>
class Backward {
 public:
  Backward(const Sizes& sizes, const Kept& kept)
      : s_(sizes), inner_(kGates * s_.hidden), from_(kept), gates_{(decltype(Gates<Element>::data))kept.gates},
        memory_(Panels<Element>::Size(s_.hidden, inner_)), panels_{memory_.data(), s_.hidden, inner_},
        d_cell_(s_.batch * s_.padded()), d_bias_(s_.blocks * inner_) {}

  /** From a row of dz to the next. */
  int64_t pitch() const { return Pitch<Element>(inner_); }

  /** To be waited for before the first step. */
  void Prepare(int thread, int threads) {
    PackPanels(Factor<float>{from_.weight, s_.hidden, inner_, s_.hidden, false}, panels_, thread, threads);
    for (int64_t block = thread; block < s_.blocks; block += threads) {
      float* sums = d_bias_.data() + block * inner_;
      std::fill(sums, sums + inner_, 0.f);
    }
  }

  /**
   * This thread's share of step t: dz `[batch, 4, hidden]`, and without padding in float32 where `wide` isn't null, from that of the
   * step after it, null for the last one. To be waited for.
   */
  void Step(int64_t t, const Element* next, Element* dz, float* wide, Team& team, int thread) {
    ForTiles(s_, team, thread, [&](int64_t panel, int64_t block) {
      WithCount<kRows<Element>, Format<Element>::kRowStep>(s_.rows(block), [&](auto m) {
        WithCount<Format<Element>::kVectors>(panels_.vectors(panel), [&](auto n) {
          Tile<decltype(m)::value, decltype(n)::value>(t, next, dz, wide, panel, block);
        });
      });
    });
  }

  /** The sum of dz over all rows, `[4, hidden]`, this thread's share of it. */
  void SumBias(float* d_bias, int thread, int threads) const {
    for (int64_t i = inner_ * thread / threads; i < inner_ * (thread + 1) / threads; i++) {
      float sum = 0.f;
      for (int64_t block = 0; block < s_.blocks; block++) sum += d_bias_.data()[block * inner_ + i];
      d_bias[i] = sum;
    }
  }

 private:
  static constexpr bool kNarrow = Format<Element>::kGroup > 1;

  template <int M, int N>
  void Tile(int64_t t, const Element* next, Element* dz, float* wide, int64_t panel, int64_t block) {
    const int64_t hidden = s_.hidden, unit = panel * panels_.kColumns, row = s_.firstRow(block);
    const int rows = RowsOf<M, Element>(s_, block);
    const auto lanes = [&](int q) { return (int)std::min<int64_t>(kLanes, hidden - unit - q * kLanes); };
    const float* d_output = from_.d_output + (t * s_.batch + row) * hidden + unit;
    // What is read and written beside the product comes while that is made.
    ULMFIT_UNROLL
    for (int i = 0; i < M; i++) {
      if (i >= rows) continue;
      ULMFIT_UNROLL
      for (int q = 0; q < N; q++) {
        Prefetch<kRead>(d_output + i * hidden + q * kLanes);
        FetchCell(t, row + i, unit + q * kLanes, dz);
      }
    }
    Vec acc[M][N] = {};
    if (next != nullptr) {
      for (int64_t k = 0; k < inner_; k += panels_.kInner)
        MultiplyTile(acc, next + row * pitch() + k, pitch(), Format<Element>::kUnit, panels_.at(k, panel), panels_.depth(k));
    }
    ULMFIT_UNROLL
    for (int q = 0; q < N; q++) {
      Vec sums[kGates] = {};
      Vec dh[M];
      ULMFIT_UNROLL
      for (int i = 0; i < M; i++) dh[i] = acc[i][q];
      WithLanes(lanes(q), [&](auto n) {
        // Unrolled it would not fit the instructions' cache.
        ULMFIT_LOOP
        for (int i = 0; i < rows; i++) {
          const Vec of_output = Load(d_output + i * hidden + q * kLanes, n);
          Cell(t, next != nullptr, row + i, unit + q * kLanes, n, dh[i] + of_output, dz, wide, sums);
        }
      });
      float* d_bias = d_bias_.data() + block * inner_ + unit + q * kLanes;
      ULMFIT_UNROLL
      for (int g = 0; g < kGates; g++)
        Store(d_bias + g * hidden, Load(d_bias + g * hidden, lanes(q)) + sums[g], lanes(q));
    }
  }

  /** The cells before step t of a row, from the unit on. */
  const float* Before(int64_t t, int64_t row, int64_t unit) const {
    return (t == 0 ? from_.c + row * s_.hidden : from_.cells + ((t - 1) * s_.batch + row) * s_.hidden) + unit;
  }

  ULMFIT_INLINE void FetchCell(int64_t t, int64_t row, int64_t unit, const Element* dz) const {
    const int64_t at = t * s_.batch + row;
    FetchGates<kRead>(gates_, at * inner_ + unit, s_.hidden);
    Prefetch<kRead>(Before(t, row, unit));
    ULMFIT_UNROLL
    for (int q = 0; q < kGates; q++) Prefetch<kWrite>(dz + row * pitch() + q * s_.hidden + unit);
  }

  /** dz of step t from dh, for `n` units of one row; hands dc on to step t - 1. */
  ULMFIT_INLINE void Cell(int64_t t, bool later, int64_t row, int64_t unit, int n, Vec dh, Element* dz, float* wide,
                          Vec (&sums)[kGates]) {
    const int64_t hidden = s_.hidden, at = t * s_.batch + row;
    Vec gates[kGates];
    gates_.Read(at * inner_ + unit, hidden, gates, n);
    const auto [in, forget, candidate, out] = gates;
    const Vec cell = Tanh(Load(from_.cells + at * hidden + unit, n));
    const Vec before = Load(Before(t, row, unit), n);
    float* carried = d_cell_.data() + row * s_.padded() + unit;
    Vec dc = dh * (out * (1.f - cell * cell));
    if (later) dc += Load(carried);
    Store(carried, dc * forget);
    const Vec d[kGates] = {dc * (candidate * (in * (1.f - in))), dc * (before * (forget * (1.f - forget))),
                           dc * (in * (1.f - candidate * candidate)), dh * (cell * (out * (1.f - out)))};
    ULMFIT_UNROLL
    for (int q = 0; q < kGates; q++) {
      const int64_t gate = q * hidden + unit;
      if constexpr (kNarrow) StoreBfloat16(dz + row * pitch() + gate, d[q], n);
      else Store(dz + row * pitch() + gate, d[q], n);
      if (wide != nullptr) Store(wide + row * inner_ + gate, d[q], n);
      sums[q] += d[q];
    }
  }

  const Sizes s_;
  const int64_t inner_;
  const Kept from_;
  const Gates<Element> gates_;
  const Scratch<Element> memory_;
  const Panels<Element> panels_;
  const Scratch<float> d_cell_, d_bias_;
};

template <class Element>
bool KeptFits(const Call& call, int first) {
  const Shape d_output = call.shape(first), weight = call.shape(first + 4);
  return d_output.size() == 3 && call.shape(first + 2) == d_output &&
         call.shape(first + 1) == Shape{Gates<Element>::Words(kGates * Elements(d_output))} &&
         call.shape(first + 3) == Shape{d_output[1], d_output[2]} &&
         weight == Shape{kGates * d_output[2], d_output[2]};
}
constexpr const char* kKeptShapes =
    "d_output and cells [time, batch, hidden], gates as they were kept, c [batch, hidden], weight_hh [4 hidden, hidden]";

void ComputeBackward(Call& call, bool narrow) {
  InFormat(narrow, [&](auto element) {
    using Element = decltype(element);
    if (!call.Require(KeptFits<Element>(call, 0), kKeptShapes)) return;
    const Shape shape = call.shape(0);
    const Sizes s(shape[0], shape[1], shape[2], Format<Element>::kVectors, kRows<Element>);
    float* wide = call.Output(0, {s.time, s.batch, kGates * s.hidden});
    if (!call.ok()) return;
    const auto in = [&](int i) { return call.Input<float>(i); };
    Backward<Element> backward(s, {in(0), in(1), in(2), in(3), in(4)});
    // Two buffers take turns.
    const int64_t step = s.batch * backward.pitch();
    const Scratch<Element> two(2 * step + kSlack<Element> * backward.pitch());
    std::fill(two.data(), two.data() + 2 * step, Element{});
    const auto dz = [&](int64_t t) { return two.data() + t % 2 * step; };
    RunProducts<Element>([&](int thread, int threads, Team& team) {
      backward.Prepare(thread, threads);
      team.Wait();
      for (int64_t t = s.time - 1; t >= 0; t--, team.Wait()) {
        // Its rows follow each other without padding.
        float* wide_step = wide + t * kGates * s.step();
        backward.Step(t, t + 1 < s.time ? dz(t + 1) : nullptr, dz(t), wide_step, team, thread);
      }
    });
  });
}

/** Which gradients are asked for: bits. */
enum Needs { kInput = 1, kWeights = 2 };

template <class Element>
void LayerGradient(Call& call, const Sizes& s, int32_t needs) {
  const Shape x = call.shape(5), none{0};
  const int64_t input = x[2], columns = kGates * s.hidden;
  float* d_input = call.Output(0, needs & kInput ? x : none);
  float* d_weight = call.Output(1, needs & kWeights ? Shape{columns, input} : none);
  float* d_recurrent = call.Output(2, needs & kWeights ? Shape{columns, s.hidden} : none);
  float* d_bias = call.Output(3, needs & kWeights ? Shape{columns} : none);
  if (!call.ok()) return;
  if (s.step() == 0) {
    // Of no rows the sums are zero, and there is nothing to share out.
    if (needs & kWeights) {
      std::fill(d_weight, d_weight + columns * input, 0.f);
      std::fill(d_recurrent, d_recurrent + columns * s.hidden, 0.f);
      std::fill(d_bias, d_bias + columns, 0.f);
    }
    return;
  }
  const auto in = [&](int i) { return call.Input<float>(i); };
  const float *xs = in(5), *weight = in(6), *h = in(7), *output = in(8);
  Backward<Element> backward(s, {in(0), in(1), in(2), in(3), in(4)});

  // Some time steps at a time, the last first; behind them a place for the step that follows them.
  const int64_t steps = std::min(s.time, std::max<int64_t>(1, Format<Element>::kInner / s.batch)), rows = steps * s.batch;
  const int64_t pitch = backward.pitch(), step = s.batch * pitch;
  const Scratch<Element> dz((steps + 1) * step + kSlack<Element> * pitch);
  if (Whole<Element>(columns) > columns) std::fill(dz.data(), dz.data() + (steps + 1) * step, Element{});
  const auto scratch = [](bool needed, int64_t columns, int64_t inner) {
    return needed ? Panels<Element>::Size(columns, inner) : 0;
  };
  const Scratch<Element> weight_memory(scratch(needs & kInput, input, columns));
  const Scratch<Element> x_memory(scratch(needs & kWeights, input, rows));
  const Scratch<Element> h_memory(scratch(needs & kWeights, s.hidden, rows));
  const Panels<Element> weights{weight_memory.data(), input, columns};

  RunProducts<Element>([&](int thread, int threads, Team& team) {
    backward.Prepare(thread, threads);
    if (needs & kInput) PackPanels(Factor<float>{weight, input, columns, input, false}, weights, thread, threads);
    team.Wait();
    for (int64_t first = (s.time - 1) / steps * steps; first >= 0; first -= steps) {
      const int64_t count = std::min(steps, s.time - first), inner = count * s.batch;
      for (int64_t t = count - 1; t >= 0; t--, team.Wait()) {
        const bool last = first + t + 1 == s.time;
        const Element* next = dz.data() + (t + 1 < count ? t + 1 : steps) * step;
        backward.Step(first + t, last ? nullptr : next, dz.data() + t * step, nullptr, team, thread);
      }
      if (needs & kInput) {
        MultiplyTogether(team, thread, Factor<Element>{dz.data(), inner, columns, pitch, true},
                         {Target<Element>{weights, d_input + first * s.batch * input, input}});
      }
      if (needs & kWeights) {
        const Panels<Element> x_panels{x_memory.data(), input, inner}, h_panels{h_memory.data(), s.hidden, inner};
        PackPanels(Factor<float>{xs + first * s.batch * input, input, inner, input, false}, x_panels, thread, threads);
        // The output of the step before each; the first has the state that the window began with.
        const Factor<float> before = first == 0
                                         ? Factor<float>{output, s.hidden, inner, s.hidden, false, h, s.batch}
                                         : Factor<float>{output + (first - 1) * s.step(), s.hidden, inner, s.hidden, false};
        PackPanels(before, h_panels, thread, threads);
        team.Wait();
        const Start start = first + count == s.time ? Start::kZero : Start::kResult;
        MultiplyTogether(team, thread, Factor<Element>{dz.data(), columns, inner, pitch, false},
                         {Target<Element>{x_panels, d_weight, input, start},
                          Target<Element>{h_panels, d_recurrent, s.hidden, start}});
      }
      if (thread == 0) std::copy(dz.data(), dz.data() + step, dz.data() + steps * step);
      team.Wait();
    }
    if (needs & kWeights) backward.SumBias(d_bias, thread, threads);
  });
}

void ComputeLayerGradient(Call& call, bool narrow) {
  InFormat(narrow, [&](auto element) {
    using Element = decltype(element);
    if (!call.Require(KeptFits<Element>(call, 0), kKeptShapes)) return;
    const Shape shape = call.shape(0), x = call.shape(5);
    const bool fits = x.size() == 3 && x[0] > 0 && x[0] == shape[0] && x[1] == shape[1] &&
                      call.shape(6) == Shape{kGates * shape[2], x[2]} && call.shape(7) == call.shape(3) &&
                      call.shape(8) == shape && call.shape(9) == Shape{1};
    if (!call.Require(fits, "x [time, batch, input], weight_ih [4 hidden, input], h [batch, hidden], output [time, batch, "
                            "hidden], needs [1]")) {
      return;
    }
    const Sizes s(shape[0], shape[1], shape[2], Format<Element>::kVectors, kRows<Element>);
    LayerGradient<Element>(call, s, call.Input<int32_t>(9)[0]);
  });
}

}  // namespace

extern const Op kLstmLayer = {
    "UlmfitLstmLayer",
    {"narrow: bool = false"},
    {"x: float", "weight_ih: float", "weight_hh: float", "bias_ih: float", "bias_hh: float", "h: float", "c: float",
     "needs_gradient: int32"},
    {"output: float", "last_h: float", "last_c: float", "cells: float", "gates: float"},
    ComputeLayer,
    "narrow",
};

extern const Op kLstmLayerGrad = {
    "UlmfitLstmLayerGrad",
    {"narrow: bool = false"},
    {"d_output: float", "gates: float", "cells: float", "c: float", "weight_hh: float", "x: float", "weight_ih: float",
     "h: float", "output: float", "needs: int32"},
    {"d_input: float", "d_weight_ih: float", "d_weight_hh: float", "d_bias: float"},
    ComputeLayerGradient,
    "narrow",
};

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
