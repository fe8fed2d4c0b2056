// Vectors of float as wide as the processor's registers, and the functions of them that the kernels need. Everything
// is written with the vector extensions of GCC and Clang; intrinsics stand only where those have no word for it.
#pragma once
#include <cstdint>
#include <cstring>

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#if defined(__clang__)
#define ULMFIT_UNROLL _Pragma("clang loop unroll(full)")
#else
#define ULMFIT_UNROLL _Pragma("GCC unroll 64")
#endif
#define ULMFIT_INLINE inline __attribute__((always_inline))

namespace ulmfit {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kRegisters = 32;
#elif defined(__AVX__)
constexpr int kLanes = 8;
constexpr int kRegisters = 16;
#elif defined(__aarch64__)
constexpr int kLanes = 4;
constexpr int kRegisters = 32;
#else
constexpr int kLanes = 4;
constexpr int kRegisters = 16;
#endif

typedef float Vec __attribute__((vector_size(kLanes * 4)));
typedef int32_t IntVec __attribute__((vector_size(kLanes * 4)));

ULMFIT_INLINE Vec Fill(float x) { return x - Vec{}; }

ULMFIT_INLINE Vec Load(const float* p) {
  Vec v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

ULMFIT_INLINE void Store(float* p, Vec v) { std::memcpy(p, &v, sizeof v); }

/** The first `n` lanes, zeros in the others. */
ULMFIT_INLINE Vec Load(const float* p, int n) {
  if (n >= kLanes) return Load(p);
#if defined(__AVX512F__)
  return (Vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#else
  Vec v = {};
  std::memcpy(&v, p, sizeof(float) * n);
  return v;
#endif
}

/** The first `n` lanes. */
ULMFIT_INLINE void Store(float* p, Vec v, int n) {
  if (n >= kLanes) return Store(p, v);
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#else
  std::memcpy(p, &v, sizeof(float) * n);
#endif
}

/** The sum of the lanes, always in the same order. */
ULMFIT_INLINE float SumLanes(Vec v) {
  float lanes[kLanes];
  Store(lanes, v);
  for (int half = kLanes / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
  return lanes[0];
}

ULMFIT_INLINE float MaxLanes(Vec v) {
  float lanes[kLanes];
  Store(lanes, v);
  float most = lanes[0];
  for (int i = 1; i < kLanes; i++) most = lanes[i] > most ? lanes[i] : most;
  return most;
}

/**
 * e^x within 2 units in the last place: 2^n e^r with |r| <= ln(2) / 2. Zero below -87.3, e^88 above 88; NaN stays NaN,
 * for every comparison with it is false.
 */
ULMFIT_INLINE Vec Exp(Vec x) {
  const Vec lowest = Fill(-87.3f), highest = Fill(88.f), round = Fill(12582912.f);  // 1.5 * 2^23
  const auto vanishes = x < lowest;
  x = x > highest ? highest : x;
  x = vanishes ? lowest : x;
  const Vec shifted = x * 1.44269504088896341f + round;
  const Vec n = shifted - round;
  const Vec r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  Vec p = Fill(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + (r + 1.f);
  const IntVec power = ((IntVec)shifted - (IntVec)round + 127) << 23;
  const Vec result = p * (Vec)power;
  return vanishes ? Vec{} : result;
}

ULMFIT_INLINE Vec Sigmoid(Vec x) { return 1.f / (1.f + Exp(-x)); }

/** By a polynomial near 0, where the quotient would lose digits. */
ULMFIT_INLINE Vec Tanh(Vec x) {
  const Vec z = x * x;
  Vec p = Fill(-5.70498872745e-3f);
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const Vec near = p * z * x + x;
  const Vec far = 1.f - 2.f / (Exp(x + x) + 1.f);
  return z < Fill(0.390625f) ? near : far;
}

/** Rounded to the nearest, ties to even. */
ULMFIT_INLINE uint16_t ToBfloat16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  if (x != x) return (uint16_t)((bits >> 16) | 0x40);
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

/** Whether the processor has whole tiles of bfloat16 as registers: TensorFlow's products use them. */
#if defined(__AMX_BF16__)
constexpr bool kHasTiles = true;
#else
constexpr bool kHasTiles = false;
#endif

#if defined(__AVX512BF16__)
constexpr bool kHasBfloat16 = true;
ULMFIT_INLINE void StoreBfloat16(uint16_t* p, Vec v) {
  const __m256bh narrow = _mm512_cvtneps_pbh((__m512)v);
  std::memcpy(p, &narrow, sizeof narrow);
}
/** Two numbers a lane, `even` in the lower half. */
ULMFIT_INLINE IntVec Pairs(Vec even, Vec odd) {
  const __m512i low = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)even));
  const __m512i high = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)odd));
  return (IntVec)_mm512_or_si512(low, _mm512_slli_epi32(high, 16));
}
#else
constexpr bool kHasBfloat16 = false;
ULMFIT_INLINE void StoreBfloat16(uint16_t* p, Vec v) {
  for (int i = 0; i < kLanes; i++) p[i] = ToBfloat16(v[i]);
}
ULMFIT_INLINE IntVec Pairs(Vec even, Vec odd) {
  IntVec pairs;
  for (int i = 0; i < kLanes; i++) pairs[i] = (int32_t)((uint32_t)ToBfloat16(odd[i]) << 16 | ToBfloat16(even[i]));
  return pairs;
}
#endif

}  // namespace ulmfit
