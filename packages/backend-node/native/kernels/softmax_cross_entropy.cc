// The cross-entropy of a decoder over a large vocabulary with its gradients. Some rows of logits are made, turned into
// powers and used up in the two products of the backward pass while they are in the cache; the decoder's weight is laid
// out once for all of them. The gradient of a logit, power / sum - (1 for the target), is never made: the products take
// the powers, the sums scale their other factor or their result, and the targets are taken away at the end.
#include <algorithm>
#include <cmath>
#include <limits>

#include "multiply.h"
#include "op.h"
#include "thread_pool.h"

namespace ulmfit {

namespace {

/** Of a row's powers, relative to the largest logit. */
struct Powers {
  float sum, largest;
};

/** The largest of a row. NaN never is; it comes back with its own power. */
float Largest(const float* row, int64_t size) {
  Vec most = Fill(-std::numeric_limits<float>::infinity());
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const Vec x = Load(row + i);
    most = x > most ? x : most;
  }
  float largest = MaxLanes(most);
  for (; i < size; i++) largest = std::max(largest, row[i]);
  return largest;
}

/** Turns a row of logits into their powers. */
Powers RowPowers(float* row, int64_t size) {
  const float largest = Largest(row, size);
  Vec sums = {};
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const Vec power = Exp(Load(row + i) - largest);
    Store(row + i, power);
    sums += power;
  }
  float sum = SumLanes(sums);
  if (i < size) {
    float rest[kLanes];
    Store(rest, Exp(Load(row + i, (int)(size - i)) - largest));
    for (int lane = 0; i < size; i++, lane++) sum += row[i] = rest[lane];
  }
  return {sum, largest};
}

/** One row: its loss, and its powers in place of its logits. A target outside the row has no column, as with `oneHot`. */
float RowLoss(float* row, int64_t size, int32_t target, float* sum) {
  const bool within = target >= 0 && target < size;
  const float chosen = within ? row[target] : 0.f;
  const Powers powers = RowPowers(row, size);
  *sum = powers.sum;
  return std::log(powers.sum) - (within ? chosen - powers.largest : 0.f);
}

/** The gradient of a row's loss from its powers; it is added to that of the bias. */
void RowGradient(const float* powers, int64_t size, int32_t target, float sum, float* gradient, float* d_bias) {
  const float share = 1.f / sum;
  for (int64_t i = 0; i < size; i += kLanes) {
    const int n = (int)std::min<int64_t>(kLanes, size - i);
    const Vec p = Load(powers + i, n) * share;
    Store(gradient + i, p, n);
    Store(d_bias + i, Load(d_bias + i, n) + p, n);
  }
  if (target < 0 || target >= size) return;
  gradient[target] = powers[target] * share - 1.f;
  d_bias[target] -= 1.f;
}

/** One or, in bfloat16, two rows of logits that become powers together. */
template <class Element>
struct PowerRows {
  static constexpr int kGroup = Format<Element>::kGroup;
  /** How many there are, and of how many logits. */
  int count;
  int64_t size;
  const float* logits;
  /** Where their powers go row by row; in float32 it may be the logits themselves. */
  Element* by_row;

  /** Writes them as rows and as row k of the panels' inner dimension too. */
  void Make(const Panels<Element>& panels, int64_t k, float (&sums)[kGroup], float (&largest)[kGroup]) const {
    for (int g = 0; g < count; g++) largest[g] = Largest(logits + g * size, size);
    Vec totals[kGroup] = {};
    for (int64_t p = 0; p < panels.count(); p++) {
      const int width = panels.width(p);
      float* panel = (float*)panels.at(0, p) + k / kGroup * width;
      for (int i = 0; i < width; i += kLanes) {
        const int64_t at = p * kColumns + i;
        const int n = (int)std::min<int64_t>(kLanes, size - at);
        Vec powers[kGroup] = {};
        for (int g = 0; g < count; g++) {
          powers[g] = Power(g, at, n, largest[g]);
          totals[g] += powers[g];
          if constexpr (kGroup == 2) StoreBfloat16(by_row + g * size + at, powers[g], n);
          else Store(by_row + at, powers[g], n);
        }
        if constexpr (kGroup == 2) Store(panel + i, Pair(powers[0], powers[1]));
        else Store(panel + i, powers[0]);
      }
    }
    for (int g = 0; g < count; g++) sums[g] = SumLanes(totals[g]);
  }

 private:
  ULMFIT_INLINE Vec Power(int g, int64_t at, int n, float largest) const {
    const Vec power = Exp(Load(logits + g * size + at, n) - largest);
    if (n == kLanes) return power;
    float lanes[kLanes];
    Store(lanes, power);
    return Load(lanes, n);
  }
};

struct Decoder {
  int64_t rows, features, vocabulary;
  const float *hidden, *weight, *bias;
  const int32_t* targets;

  /** A target outside the vocabulary has no column, as with `oneHot`. */
  bool Has(int32_t target) const { return target >= 0 && target < vocabulary; }
};

struct Gradients {
  float *hidden, *weight, *bias;
};

/**
 * Logits of as many rows as stay in the nearest caches, and rows of powers that stay in the last. Fewer rows at once are
 * worse than logits that don't: the whole weight of the decoder is read for them.
 */
constexpr int64_t kHotLogits = 1 << 19, kWarmPowers = 1 << 22;
constexpr int64_t kFewestHot = 56, kFewestWarm = 256;
/** The warm rows are that many parts or twice, three times as many: so 2, 4 or 8 threads have as much to do. */
constexpr int64_t kParts = 8;

template <class Element>
class CrossEntropy {
 public:
  /** `gradients` is null for the losses alone. */
  CrossEntropy(const Decoder& decoder, float* losses, const Gradients* gradients)
      : d_(decoder), losses_(losses), to_(gradients), hot_(HotRows(d_.vocabulary)),
        warm_(std::min(WarmRows(d_.vocabulary), CeilDivide(d_.rows, hot_) * hot_)), scaled_width_(d_.features + 1),
        forward_memory_(Layout::Size(d_.vocabulary, d_.features)),
        backward_memory_(Back(Layout::Size(d_.features, d_.vocabulary))),
        powers_(Back(Layout::Size(d_.vocabulary, warm_))), scaled_(Back(warm_ * scaled_width_)),
        d_transposed_(Back(scaled_width_ * d_.vocabulary)), forward_{forward_memory_.data(), d_.vocabulary, d_.features},
        backward_{backward_memory_.data(), d_.features, d_.vocabulary} {}

  void Run(int thread, int threads, Barrier& barrier) {
    const Scratch<float> logits(hot_ * d_.vocabulary);
    const Scratch<Element> by_row(Back(kNarrow ? hot_ * d_.vocabulary : 0));
    PackPanels(Factor<float>{d_.weight, d_.vocabulary, d_.features, d_.features, true}, forward_, thread, threads);
    if (back()) {
      PackPanels(Factor<float>{d_.weight, d_.features, d_.vocabulary, d_.features, false}, backward_, thread, threads);
    }
    barrier.Wait();
    for (int64_t first = 0; first < d_.rows; first += warm_) {
      const int64_t rows = std::min(warm_, d_.rows - first);
      // At the end too the parts are as many, and so smaller.
      const int64_t each = CeilDivide(CeilDivide(rows, warm_ / hot_), kRows) * kRows, parts = CeilDivide(rows, each);
      const Layout panels{powers_.data(), d_.vocabulary, rows};
      for (int64_t part = parts * thread / threads; part < parts * (thread + 1) / threads; part++) {
        const int64_t begin = part * each, count = std::min(each, rows - begin);
        MultiplyRows(Factor<float>{d_.hidden, d_.rows, d_.features, d_.features, true}, first + begin, count,
                     {Target<Element>{forward_, logits.data(), d_.vocabulary, Start::kBias, d_.bias}});
        if (back()) Backward(first, begin, count, logits.data(), kNarrow ? by_row.data() : (Element*)logits.data(), panels);
        else Losses(first + begin, count, logits.data());
      }
      if (!back()) continue;
      barrier.Wait();
      AddToWeight(first, rows, panels, thread, threads);
      barrier.Wait();
    }
    if (back()) Finish(thread, threads);
  }

 private:
  using Layout = Panels<Element>;
  static constexpr int kGroup = Format<Element>::kGroup;
  static constexpr bool kNarrow = kGroup > 1;

  /** The powers of all warm rows have to fit one block of the inner dimension. */
  static int64_t HotRows(int64_t vocabulary) {
    return std::clamp<int64_t>(kHotLogits / vocabulary, kFewestHot, Layout::kInner / kParts) / kRows * kRows;
  }
  /** Whatever the threads: so what is summed in which order doesn't depend on them. */
  static int64_t WarmRows(int64_t vocabulary) {
    const int64_t hot = HotRows(vocabulary), parts = std::max(kFewestWarm, kWarmPowers / vocabulary) / hot / kParts * kParts;
    return std::clamp(parts, kParts, Layout::kInner / hot / kParts * kParts) * hot;
  }

  bool back() const { return to_ != nullptr; }
  int64_t Back(int64_t size) const { return back() ? size : 0; }

  void Losses(int64_t first, int64_t count, float* logits) const {
    for (int64_t i = 0; i < count; i++) {
      float sum;
      losses_[first + i] = RowLoss(logits + i * d_.vocabulary, d_.vocabulary, d_.targets[first + i], &sum);
    }
  }

  /** Losses, powers and gradients of the features of `count` rows, those from `begin` on of the warm ones. */
  void Backward(int64_t first, int64_t begin, int64_t count, const float* logits, Element* by_row,
                const Layout& panels) const {
    const int64_t size = d_.vocabulary, features = d_.features;
    for (int64_t i = 0; i < count; i += kGroup) {
      const PowerRows<Element> rows{(int)std::min<int64_t>(kGroup, count - i), size, logits + i * size, by_row + i * size};
      float chosen[kGroup], sums[kGroup], largest[kGroup];
      for (int g = 0; g < rows.count; g++) {
        const int32_t target = d_.targets[first + begin + i + g];
        chosen[g] = d_.Has(target) ? rows.logits[g * size + target] : 0.f;
      }
      rows.Make(panels, begin + i, sums, largest);
      for (int g = 0; g < rows.count; g++) {
        const int64_t row = first + begin + i + g;
        losses_[row] = std::log(sums[g]) - (d_.Has(d_.targets[row]) ? chosen[g] - largest[g] : 0.f);
        float* scaled = scaled_.data() + (begin + i + g) * scaled_width_;
        const float scale = scaled[features] = 1.f / sums[g];
        for (int64_t j = 0; j < features; j++) scaled[j] = d_.hidden[row * features + j] * scale;
      }
    }
    float* d_hidden = to_->hidden + (first + begin) * features;
    MultiplyRows(Factor<Element>{by_row, count, size, size, true}, 0, count, {Target<Element>{backward_, d_hidden, features}});
    for (int64_t i = 0; i < count; i++) {
      const float scale = scaled_.data()[(begin + i) * scaled_width_ + features];
      const int32_t target = d_.targets[first + begin + i];
      for (int64_t j = 0; j < features; j++) d_hidden[i * features + j] *= scale;
      if (!d_.Has(target)) continue;
      for (int64_t j = 0; j < features; j++) d_hidden[i * features + j] -= d_.weight[target * features + j];
    }
  }

  /** The gradient of the weight and, as one feature more, that of the bias: by feature, so that words are columns. */
  void AddToWeight(int64_t first, int64_t rows, const Layout& panels, int thread, int threads) const {
    const int64_t begin = panels.count() * thread / threads, end = panels.count() * (thread + 1) / threads;
    const int64_t column = begin * kColumns, columns = std::min(d_.vocabulary, end * kColumns) - column;
    if (begin == end) return;
    MultiplyRows(Factor<float>{scaled_.data(), scaled_width_, rows, scaled_width_, false}, 0, scaled_width_,
                 {Target<Element>{Layout{panels.at(0, begin), columns, rows}, d_transposed_.data() + column, d_.vocabulary,
                                  first == 0 ? Start::kZero : Start::kResult}});
  }

  void Finish(int thread, int threads) const {
    const int64_t blocks = CeilDivide(d_.vocabulary, kLanes), begin = blocks * thread / threads * kLanes;
    const int64_t end = std::min(d_.vocabulary, blocks * (thread + 1) / threads * kLanes), features = d_.features;
    for (int64_t word = begin; word < end; word += kLanes) {
      const int n = (int)std::min<int64_t>(kLanes, end - word);
      for (int64_t feature = 0; feature < features; feature += kLanes) {
        const int m = (int)std::min<int64_t>(kLanes, features - feature);
        Vec block[kLanes] = {};
        for (int i = 0; i < m; i++) block[i] = Load(d_transposed_.data() + (feature + i) * d_.vocabulary + word, n);
        Transpose(block);
        for (int i = 0; i < n; i++) Store(to_->weight + (word + i) * features + feature, block[i], m);
      }
    }
    const float* d_bias = d_transposed_.data() + features * d_.vocabulary;
    std::copy(d_bias + begin, d_bias + end, to_->bias + begin);
    for (int64_t row = 0; row < d_.rows; row++) {
      const int32_t target = d_.targets[row];
      if (target < begin || target >= end) continue;
      for (int64_t j = 0; j < features; j++) to_->weight[target * features + j] -= d_.hidden[row * features + j];
      to_->bias[target] -= 1.f;
    }
  }

  const Decoder d_;
  float* const losses_;
  const Gradients* const to_;
  const int64_t hot_, warm_, scaled_width_;
  const Scratch<Element> forward_memory_, backward_memory_, powers_;
  /** Of the warm rows the features, and 1, over the sum of the powers; the gradients `[features + 1, vocabulary]`. */
  const Scratch<float> scaled_, d_transposed_;
  const Layout forward_, backward_;
};

template <class Element>
void RunCrossEntropy(const Decoder& decoder, float* losses, const Gradients* gradients) {
  CrossEntropy<Element> job(decoder, losses, gradients);
  ThreadPool::Get().Run([&](int thread, int threads, Barrier& barrier) { job.Run(thread, threads, barrier); });
}

void ComputeTied(Call& call, bool narrow) {
  const Shape hidden = call.shape(0), weight = call.shape(1);
  const bool fits = hidden.size() == 2 && weight.size() == 2 && hidden[1] == weight[1] &&
                    call.shape(2) == Shape{weight[0]} && call.shape(3) == Shape{hidden[0]} &&
                    call.shape(4) == Shape{1};
  if (!call.Require(fits, "hidden [rows, features], weight [vocabulary, features], bias [vocabulary], targets [rows], "
                          "needs_gradient [1]")) {
    return;
  }
  const bool back = call.Input<int32_t>(4)[0] != 0;
  const Decoder decoder{hidden[0], hidden[1], weight[0], call.Input<float>(0), call.Input<float>(1),
                        call.Input<float>(2), call.Input<int32_t>(3)};
  const Shape none{0};
  float* losses = call.Output(0, {hidden[0]});
  float *d_hidden = call.Output(1, back ? hidden : none), *d_weight = call.Output(2, back ? weight : none);
  const Gradients gradients{d_hidden, d_weight, call.Output(3, {back ? weight[0] : 0})};
  if (!call.ok()) return;
  if (narrow && kHasBfloat16) RunCrossEntropy<uint16_t>(decoder, losses, back ? &gradients : nullptr);
  else RunCrossEntropy<float>(decoder, losses, back ? &gradients : nullptr);
}

/** The same from logits that still lack their bias, where others make the products. */
void ComputeRows(Call& call, bool back) {
  const Shape shape = call.shape(0);
  const bool fits = shape.size() == 2 && call.shape(1) == Shape{shape[1]} && call.shape(2) == Shape{shape[0]};
  if (!call.Require(fits, "logits [rows, vocabulary], bias [vocabulary], targets [rows]")) return;
  const int64_t rows = shape[0], size = shape[1];
  const float *logits = call.Input<float>(0), *bias = call.Input<float>(1);
  const int32_t* targets = call.Input<int32_t>(2);
  float* losses = call.Output(0, {rows});
  float* gradient = call.Output(1, {back ? rows : 0, size});
  float* d_bias = call.Output(2, {back ? size : 0});
  if (!call.ok()) return;

  // As many whatever the number of threads: so the bias's gradient is always summed in one order.
  constexpr int64_t kParts = 16;
  const Scratch<float> sums(kParts * size), powers(kParts * size);
  ThreadPool::Get().For(kParts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; part++) {
      float *sum = sums.data() + part * size, *row = powers.data() + part * size;
      std::fill(sum, sum + size, 0.f);
      for (int64_t i = rows * part / kParts; i < rows * (part + 1) / kParts; i++) {
        for (int64_t j = 0; j < size; j++) row[j] = logits[i * size + j] + bias[j];
        float total;
        losses[i] = RowLoss(row, size, targets[i], &total);
        if (back) RowGradient(row, size, targets[i], total, gradient + i * size, sum);
      }
    }
  });
  for (int64_t i = 0; back && i < size; i++) {
    d_bias[i] = 0.f;
    for (int64_t part = 0; part < kParts; part++) d_bias[i] += sums.data()[part * size + i];
  }
}

}  // namespace

extern const Op kSoftmaxCrossEntropy = {
    "UlmfitSoftmaxCrossEntropy",
    {"needs_gradient: bool"},
    {"logits: float", "bias: float", "targets: int32"},
    {"losses: float", "gradient: float", "d_bias: float"},
    ComputeRows,
    "needs_gradient",
};

extern const Op kTiedSoftmaxCrossEntropy = {
    "UlmfitTiedSoftmaxCrossEntropy",
    {"narrow: bool = false"},
    {"hidden: float", "weight: float", "bias: float", "targets: int32", "needs_gradient: int32"},
    {"losses: float", "d_hidden: float", "d_weight: float", "d_bias: float"},
    ComputeTied,
    "narrow",
};

}  // namespace ulmfit
