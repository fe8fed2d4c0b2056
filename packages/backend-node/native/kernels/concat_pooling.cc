// Concat pooling, [last, max, mean] over the steps that count, and its gradient: one pass over the outputs each.
#include <algorithm>
#include <limits>
#include <vector>

#include "op.h"
#include "thread_pool.h"
#include "vector.h"

namespace ulmfit {

namespace {

/** The parts of a pooled row, each of as many features. */
enum Part { kLast, kMax, kMean, kPoolingParts };

struct Sizes {
  int64_t time, batch, features;
  explicit Sizes(const Shape& output) : time(output[0]), batch(output[1]), features(output[2]) {}
  Shape pooled() const { return {batch, kPoolingParts * features}; }
};

/** Calls `body(i, lanes)` for the vectors of a row. */
template <class Body>
void ForFeatures(int64_t features, Body&& body) {
  for (int64_t i = 0; i < features; i += kLanes) body(i, (int)std::min<int64_t>(kLanes, features - i));
}

/** Calls `body(begin, end)` for parts of the batch, on all threads. */
template <class Body>
void ForRows(const Sizes& s, Body&& body) {
  ThreadPool::Get().For(s.batch, std::max<int64_t>(1, (1 << 14) / (s.time * s.features + 1)), body);
}

/** How many steps count, by row. */
std::vector<float> Lengths(const Sizes& s, const float* counted) {
  std::vector<float> lengths(s.batch);
  for (int64_t i = 0; i < s.time * s.batch; i++) lengths[i % s.batch] += counted[i];
  return lengths;
}

bool Fits(Call& call) {
  const Shape output = call.shape(0);
  const bool fits = output.size() == 3 && call.shape(1) == Shape{output[0], output[1]} && call.shape(2) == call.shape(1);
  return call.Require(fits, "output [time, batch, features], counted and last [time, batch]");
}

void ComputePooling(Call& call, bool) {
  if (!Fits(call)) return;
  const Sizes s(call.shape(0));
  const float *output = call.Input<float>(0), *counted = call.Input<float>(1), *last = call.Input<float>(2);
  float* pooled = call.Output(0, s.pooled());
  if (!call.ok()) return;
  const std::vector<float> lengths = Lengths(s, counted);
  ForRows(s, [&](int64_t begin, int64_t end) {
    const auto part = [&](int64_t row, Part p) { return pooled + (row * kPoolingParts + p) * s.features; };
    for (int64_t row = begin; row < end; row++) {
      for (const Part p : {kLast, kMax, kMean})
        std::fill_n(part(row, p), s.features, p == kMax ? -std::numeric_limits<float>::infinity() : 0.f);
    }
    for (int64_t t = 0; t < s.time; t++) {
      for (int64_t row = begin; row < end; row++) {
        const int64_t at = t * s.batch + row;
        const float* x = output + at * s.features;
        if (last[at] != 0.f) std::copy_n(x, s.features, part(row, kLast));
        if (counted[at] == 0.f) continue;
        ForFeatures(s.features, [&](int64_t i, int n) {
          const Vec v = Load(x + i, n), most = Load(part(row, kMax) + i, n);
          Store(part(row, kMax) + i, v > most ? v : most, n);
          Store(part(row, kMean) + i, Load(part(row, kMean) + i, n) + v, n);
        });
      }
    }
    for (int64_t row = begin; row < end; row++) {
      for (int64_t i = 0; i < s.features; i++) part(row, kMean)[i] /= lengths[row];
    }
  });
}

/** As equal numbers are all the largest, each gets the whole gradient of the maximum. */
void ComputePoolingGrad(Call& call, bool) {
  if (!Fits(call)) return;
  const Sizes s(call.shape(0));
  if (!call.Require(call.shape(3) == s.pooled() && call.shape(4) == s.pooled(), "pooled and dy [batch, 3 features]")) return;
  const float *output = call.Input<float>(0), *counted = call.Input<float>(1), *last = call.Input<float>(2);
  const float *pooled = call.Input<float>(3), *dy = call.Input<float>(4);
  float* gradient = call.Output(0, call.shape(0));
  if (!call.ok()) return;
  const std::vector<float> lengths = Lengths(s, counted);
  ForRows(s, [&](int64_t begin, int64_t end) {
    const auto part = [&](const float* from, int64_t row, Part p) { return from + (row * kPoolingParts + p) * s.features; };
    for (int64_t t = 0; t < s.time; t++) {
      for (int64_t row = begin; row < end; row++) {
        const int64_t at = t * s.batch + row;
        const bool counts = counted[at] != 0.f, ends = last[at] != 0.f;
        const float share = 1.f / lengths[row];
        ForFeatures(s.features, [&](int64_t i, int n) {
          Vec d = {};
          if (counts) {
            const Vec of_max = Load(part(dy, row, kMax) + i, n);
            d = Load(output + at * s.features + i, n) == Load(part(pooled, row, kMax) + i, n) ? of_max : d;
            d += Load(part(dy, row, kMean) + i, n) * share;
          }
          if (ends) d += Load(part(dy, row, kLast) + i, n);
          Store(gradient + at * s.features + i, d, n);
        });
      }
    }
  });
}

}  // namespace

extern const Op kConcatPooling = {
    "UlmfitConcatPooling", {}, {"output: float", "counted: float", "last: float"}, {"pooled: float"}, ComputePooling};

extern const Op kConcatPoolingGrad = {"UlmfitConcatPoolingGrad",
                                      {},
                                      {"output: float", "counted: float", "last: float", "pooled: float", "dy: float"},
                                      {"gradient: float"},
                                      ComputePoolingGrad};

}  // namespace ulmfit
