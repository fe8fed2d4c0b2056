// The cross-entropy of a decoder over a large vocabulary with its gradients. Some rows of logits are made, turned into
// losses and gradients of logits, and used up in the two products of the backward pass while they are in the cache; the
// decoder's weight is laid out once for all of them.
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

/** Turns a row of logits into their powers. */
Powers RowPowers(float* row, int64_t size) {
  Vec most = Fill(-std::numeric_limits<float>::infinity());
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const Vec x = Load(row + i);
    most = x > most ? x : most;
  }
  float largest = MaxLanes(most);
  for (; i < size; i++) largest = std::max(largest, row[i]);
  // NaN never was the largest; it comes back with its own power.
  Vec sums = {};
  for (i = 0; i + kLanes <= size; i += kLanes) {
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
template <class Element>
void RowGradient(const float* powers, int64_t size, int32_t target, float sum, Element* gradient, float* d_bias) {
  const float share = 1.f / sum;
  for (int64_t i = 0; i < size; i += kLanes) {
    const int n = (int)std::min<int64_t>(kLanes, size - i);
    const Vec p = Load(powers + i, n) * share;
    if constexpr (sizeof(Element) == 2) StoreBfloat16(gradient + i, p, n);
    else Store(gradient + i, p, n);
    Store(d_bias + i, Load(d_bias + i, n) + p, n);
  }
  if (target < 0 || target >= size) return;
  gradient[target] = Format<Element>::From(powers[target] * share - 1.f);
  d_bias[target] -= 1.f;
}

struct Decoder {
  int64_t rows, features, vocabulary;
  const float *hidden, *weight, *bias;
  const int32_t* targets;
};

struct Gradients {
  float *hidden, *weight, *bias;
};

/** Logits of as many rows as stay in the second cache, and rows of gradients that stay in the third. */
constexpr int64_t kHotLogits = 1 << 19, kWarmGradients = 1 << 22;
constexpr int64_t kFewestRows = 256;

template <class Element>
void CrossEntropy(const Decoder& d, float* losses, const Gradients* gradients) {
  using Layout = Panels<Element>;
  const int64_t hot = std::max<int64_t>(1, kHotLogits / d.vocabulary / kRows) * kRows;
  // All parts but the last have as many rows: what is summed in which order doesn't depend on the threads.
  const int64_t parts = std::max<int64_t>(1, std::max(kFewestRows, kWarmGradients / d.vocabulary) / hot);
  const int64_t warm = std::min(parts * hot, CeilDivide(d.rows, hot) * hot);
  const bool back = gradients != nullptr;
  const Scratch<Element> forward_memory(Layout::Size(d.vocabulary, d.features));
  const Scratch<Element> backward_memory(back ? Layout::Size(d.features, d.vocabulary) : 0);
  const Scratch<Element> hidden_memory(back ? Layout::Size(d.features, warm) : 0);
  const Scratch<Element> d_logits(back ? warm * d.vocabulary : 0);
  const Scratch<float> sums(back ? parts * d.vocabulary : d.vocabulary);
  const Layout forward{forward_memory.data(), d.vocabulary, d.features};
  const Layout backward{backward_memory.data(), d.features, d.vocabulary};
  const Factor<float> hidden{d.hidden, d.rows, d.features, d.features, true};

  ThreadPool::Get().Run([&](int thread, int threads, Barrier& barrier) {
    const Scratch<float> logits(hot * d.vocabulary);
    PackPanels(Factor<float>{d.weight, d.vocabulary, d.features, d.features, true}, forward, thread, threads);
    if (back) PackPanels(Factor<float>{d.weight, d.features, d.vocabulary, d.features, false}, backward, thread, threads);
    barrier.Wait();
    for (int64_t first = 0; first < d.rows; first += warm) {
      const int64_t rows = std::min(warm, d.rows - first), here = CeilDivide(rows, hot);
      const Layout hiddens{hidden_memory.data(), d.features, rows};
      if (back) {
        PackPanels(Factor<float>{d.hidden + first * d.features, d.features, rows, d.features, false}, hiddens, thread,
                   threads);
      }
      for (int64_t part = here * thread / threads; part < here * (thread + 1) / threads; part++) {
        const int64_t begin = part * hot, count = std::min(hot, rows - begin);
        MultiplyRows(hidden, first + begin, count,
                     {Target<Element>{forward, logits.data(), d.vocabulary, Start::kBias, d.bias}});
        float* sum = sums.data() + part * d.vocabulary;
        if (back) std::fill(sum, sum + d.vocabulary, 0.f);
        for (int64_t i = 0; i < count; i++) {
          const int64_t row = first + begin + i;
          float* powers = logits.data() + i * d.vocabulary;
          float total;
          losses[row] = RowLoss(powers, d.vocabulary, d.targets[row], &total);
          if (back) {
            RowGradient(powers, d.vocabulary, d.targets[row], total, d_logits.data() + (begin + i) * d.vocabulary, sum);
          }
        }
        if (!back) continue;
        MultiplyRows(Factor<Element>{d_logits.data(), rows, d.vocabulary, d.vocabulary, true}, begin, count,
                     {Target<Element>{backward, gradients->hidden + (first + begin) * d.features, d.features}});
      }
      if (!back) continue;
      barrier.Wait();
      const Start start = first == 0 ? Start::kZero : Start::kResult;
      const Share share(d.vocabulary, thread, threads);
      MultiplyRows(Factor<Element>{d_logits.data(), d.vocabulary, rows, d.vocabulary, false}, share.first, share.rows,
                   {Target<Element>{hiddens, gradients->weight + share.first * d.features, d.features, start}});
      for (int64_t i = share.first; i < share.first + share.rows; i++) {
        float sum = start == Start::kZero ? 0.f : gradients->bias[i];
        for (int64_t part = 0; part < here; part++) sum += sums.data()[part * d.vocabulary + i];
        gradients->bias[i] = sum;
      }
      barrier.Wait();
    }
  });
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
  if (narrow && kHasBfloat16) CrossEntropy<uint16_t>(decoder, losses, back ? &gradients : nullptr);
  else CrossEntropy<float>(decoder, losses, back ? &gradients : nullptr);
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

  // As many parts whatever the number of threads: so the bias's gradient is always summed in one order.
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
