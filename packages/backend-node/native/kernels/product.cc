// A matrix product and its bias, in float32 or with factors that are rounded to bfloat16.
#include <algorithm>

#include "multiply.h"
#include "op.h"

namespace ulmfit {

namespace {

template <class Element>
void Multiply(const Factor<float>& a, const Factor<float>& b, const float* bias, float* c) {
  // Some of the inner dimension at a time, so that the layout of B is small.
  const int64_t depth = std::min(a.inner, Format<Element>::kInner);
  const Scratch<Element> memory(Panels<Element>::Size(b.items, depth));
  RunProducts<Element>([&](int thread, int threads, Team& team) {
    for (int64_t k = 0; k < a.inner; k += depth) {
      const Panels<Element> panels{memory.data(), b.items, std::min(depth, a.inner - k)};
      PackPanels(b.From(k, panels.inner), panels, thread, threads);
      team.Wait();
      const Start start = k > 0 ? Start::kResult : bias != nullptr ? Start::kBias : Start::kZero;
      MultiplyTogether(team, thread, a.From(k, panels.inner), {Target<Element>{panels, c, b.items, start, bias}});
      team.Wait();
    }
  });
}

/** Inputs: a, b, the bias if there is one, and which of both are transposed. */
void ComputeProduct(Call& call, bool narrow) {
  const Shape a = call.shape(0), b = call.shape(1);
  const int last = call.inputs() - 1;
  const bool fits = a.size() == 2 && b.size() == 2 && call.shape(last) == Shape{2};
  if (!call.Require(fits, "two matrices, transposed [2]")) return;
  const int32_t* transposed = call.Input<int32_t>(last);
  const bool ta = transposed[0] != 0, tb = transposed[1] != 0;
  const Factor<float> fa{call.Input<float>(0), a[ta], a[!ta], a[1], !ta}, fb{call.Input<float>(1), b[!tb], b[tb], b[1], tb};
  if (!call.Require(fa.inner == fb.inner, "the inner dimensions differ")) return;
  if (!call.Require(last == 2 || call.shape(2) == Shape{fb.items}, "bias [columns]")) return;
  if (!call.Require(kHasBfloat16 || !narrow, "this processor does not multiply bfloat16")) return;
  const float* bias = last == 2 ? nullptr : call.Input<float>(2);
  float* c = call.Output(0, {fa.items, fb.items});
  if (!call.ok()) return;
  if (fa.inner == 0) {
    for (int64_t i = 0; i < fa.items * fb.items; i++) c[i] = bias == nullptr ? 0.f : bias[i % fb.items];
  } else if (narrow) {
    Multiply<uint16_t>(fa, fb, bias, c);
  } else {
    Multiply<float>(fa, fb, bias, c);
  }
}

}  // namespace

extern const Op kProduct = {
    "UlmfitProduct",
    {"narrow: bool = false", "N: int >= 0"},
    {"a: float", "b: float", "bias: N * float", "transposed: int32"},
    {"product: float"},
    ComputeProduct,
    "narrow",
};

}  // namespace ulmfit
