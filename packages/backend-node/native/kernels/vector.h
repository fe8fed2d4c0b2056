// Vectors of float as wide as the processor's registers, and the functions of them that the kernels need. Everything
// is written with the vector extensions of GCC and Clang; intrinsics stand only where those have no word for it.
#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#if defined(__clang__)
#define ULMFIT_UNROLL _Pragma("clang loop unroll(full)")
#define ULMFIT_LOOP _Pragma("clang loop unroll(disable)")
#else
#define ULMFIT_UNROLL _Pragma("GCC unroll 64")
#define ULMFIT_LOOP _Pragma("GCC unroll 1")
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

enum Access { kRead, kWrite };

/** Asks for the cache line, to be there some hundred cycles later. */
template <Access access>
ULMFIT_INLINE void Prefetch(const void* p) {
  __builtin_prefetch(p, access == kWrite ? 1 : 0);
}

ULMFIT_INLINE Vec Fill(float x) { return x - Vec{}; }

ULMFIT_INLINE Vec Load(const float* p) {
  Vec v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

ULMFIT_INLINE void Store(float* p, Vec v) { std::memcpy(p, &v, sizeof v); }

#if defined(__AVX2__) && !defined(__AVX512F__)
/** All bits of the first `n` lanes. */
ULMFIT_INLINE __m256i FirstLanes(int n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#endif

/** The first `n` lanes, zeros in the others. */
ULMFIT_INLINE Vec Load(const float* p, int n) {
  if (n >= kLanes) return Load(p);
#if defined(__AVX512F__)
  return (Vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#elif defined(__AVX2__)
  return (Vec)_mm256_maskload_ps(p, FirstLanes(n));
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
#elif defined(__AVX2__)
  // By parts: the masked store takes a dozen cycles on some processors.
  __m128 rest = _mm256_castps256_ps128((__m256)v);
  if (n & 4) {
    _mm_storeu_ps(p, rest);
    rest = _mm256_extractf128_ps((__m256)v, 1);
    p += 4;
  }
  if (n & 2) {
    _mm_storel_pi((__m64*)p, rest);
    rest = _mm_movehl_ps(rest, rest);
    p += 2;
  }
  if (n & 1) _mm_store_ss(p, rest);
#else
  std::memcpy(p, &v, sizeof(float) * n);
#endif
}

/** Calls `body(n)`, for a full vector with `n` as a constant: one copy of it without masks. */
template <class Body>
ULMFIT_INLINE void WithLanes(int n, Body&& body) {
  if (n >= kLanes) body(std::integral_constant<int, kLanes>{});
  else body(n);
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
  const Vec highest = Fill(88.f);
#if defined(__AVX512F__)
  const __mmask16 stays = _mm512_cmp_ps_mask((__m512)x, _mm512_set1_ps(-87.3f), _CMP_NLT_UQ);
  // Of NaN and a number `min` gives the second.
  x = (Vec)_mm512_min_ps((__m512)highest, (__m512)x);
  const Vec n = (Vec)_mm512_roundscale_ps((__m512)(x * 1.44269504088896341f), 0);
#else
  const Vec lowest = Fill(-87.3f), round = Fill(12582912.f);  // 1.5 * 2^23
  const auto vanishes = x < lowest;
  x = x > highest ? highest : x;
  x = vanishes ? lowest : x;
  const Vec shifted = x * 1.44269504088896341f + round;
  const Vec n = shifted - round;
#endif
  const Vec r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  Vec p = Fill(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + (r + 1.f);
#if defined(__AVX512F__)
  return (Vec)_mm512_maskz_scalef_ps(stays, (__m512)p, (__m512)n);
#else
  const IntVec power = ((IntVec)shifted - (IntVec)round + 127) << 23;
  const Vec result = p * (Vec)power;
  return vanishes ? Vec{} : result;
#endif
}

/** 1 / x within 2 units in the last place, for x from 1 to e^88; NaN stays NaN. */
ULMFIT_INLINE Vec Reciprocal(Vec x) {
#if defined(__AVX512F__)
  const Vec near = (Vec)_mm512_rcp14_ps((__m512)x);
  return near * (2.f - x * near);
#else
  return 1.f / x;
#endif
}

ULMFIT_INLINE Vec Sigmoid(Vec x) { return Reciprocal(1.f + Exp(-x)); }

/** By a polynomial near 0, where the quotient would lose digits. */
ULMFIT_INLINE Vec Tanh(Vec x) {
  const Vec z = x * x;
  Vec p = Fill(-5.70498872745e-3f);
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const Vec near = p * z * x + x;
  const Vec far = 1.f - 2.f * Reciprocal(Exp(x + x) + 1.f);
  return z < Fill(0.390625f) ? near : far;
}

/** Rounded to the nearest, ties to even. */
ULMFIT_INLINE uint16_t ToBfloat16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  if (x != x) return (uint16_t)((bits >> 16) | 0x40);
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

ULMFIT_INLINE float FromBfloat16(uint16_t x) {
  const uint32_t bits = (uint32_t)x << 16;
  float wide;
  std::memcpy(&wide, &bits, sizeof wide);
  return wide;
}

#if defined(__AVX512BF16__)
constexpr bool kHasBfloat16 = true;
/** The first `n` lanes, rounded. */
ULMFIT_INLINE void StoreBfloat16(uint16_t* p, Vec v, int n = kLanes) {
  const __m256i narrow = (__m256i)_mm512_cvtneps_pbh((__m512)v);
  if (n >= kLanes) _mm256_storeu_si256((__m256i*)p, narrow);
  else _mm256_mask_storeu_epi16(p, (__mmask16)((1u << n) - 1), narrow);
}
/** Each of the first `n` numbers, rounded, in the lower half of its lane. */
ULMFIT_INLINE IntVec LoadNarrow(const uint16_t* p, int n) {
  return (IntVec)_mm512_maskz_cvtepu16_epi32(
      0xffff, _mm256_maskz_loadu_epi16(n >= kLanes ? 0xffff : (__mmask16)((1u << n) - 1), p));
}
ULMFIT_INLINE IntVec LoadNarrow(const float* p, int n) {
  return (IntVec)_mm512_maskz_cvtepu16_epi32(0xffff, (__m256i)_mm512_cvtneps_pbh((__m512)Load(p, n)));
}
/** Numbers side by side, rounded, in the two halves of each lane. */
ULMFIT_INLINE Vec LoadPairs(const float* p) {
  return (Vec)_mm512_cvtne2ps_pbh((__m512)Load(p + kLanes), (__m512)Load(p));
}
/** The numbers of both, rounded, in the lower and the higher half of each lane. */
ULMFIT_INLINE Vec Pair(Vec low, Vec high) {
  const auto words = [](Vec v) {
    return (IntVec)_mm512_maskz_cvtepu16_epi32(0xffff, (__m256i)_mm512_cvtneps_pbh((__m512)v));
  };
  return (Vec)(words(low) | (words(high) << 16));
}
#else
constexpr bool kHasBfloat16 = false;
ULMFIT_INLINE void StoreBfloat16(uint16_t* p, Vec v, int n = kLanes) {
  for (int i = 0; i < kLanes && i < n; i++) p[i] = ToBfloat16(v[i]);
}
ULMFIT_INLINE IntVec LoadNarrow(const uint16_t* p, int n) {
  IntVec v = {};
  for (int i = 0; i < kLanes && i < n; i++) v[i] = p[i];
  return v;
}
ULMFIT_INLINE IntVec LoadNarrow(const float* p, int n) {
  IntVec v = {};
  for (int i = 0; i < kLanes && i < n; i++) v[i] = ToBfloat16(p[i]);
  return v;
}
ULMFIT_INLINE Vec Pair(Vec low, Vec high) {
  IntVec v;
  for (int i = 0; i < kLanes; i++) v[i] = ToBfloat16(low[i]) | (int32_t)((uint32_t)ToBfloat16(high[i]) << 16);
  return (Vec)v;
}
ULMFIT_INLINE Vec LoadPairs(const float* p) {
  uint16_t narrow[2 * kLanes];
  for (int i = 0; i < 2 * kLanes; i++) narrow[i] = ToBfloat16(p[i]);
  return Load((const float*)narrow);
}
#endif

/** A register full of numbers side by side, in the format of `Element`. */
template <class Element>
ULMFIT_INLINE Vec LoadWords(const float* p) {
  if constexpr (sizeof(Element) == 2) return LoadPairs(p);
  else return Load(p);
}
template <class Element>
ULMFIT_INLINE Vec LoadWords(const uint16_t* p) {
  static_assert(sizeof(Element) == 2, "bfloat16 is never widened");
  return Load((const float*)p);
}

/** The first `n` numbers of a row; in bfloat16 with those of the row that follows, where there is one. */
template <class Element, class Source>
ULMFIT_INLINE Vec LoadColumns(const Source* even, const Source* odd, int n) {
  if constexpr (sizeof(Element) == 2) {
    const IntVec low = LoadNarrow(even, n);
    return (Vec)(odd == nullptr ? low : low | (LoadNarrow(odd, n) << 16));
  } else {
    return Load(even, n);
  }
}

/** Copies the first `n` numbers, rounded where the result is narrower. */
ULMFIT_INLINE void Convert(const float* from, float* to, int n) { Store(to, Load(from, n), n); }
ULMFIT_INLINE void Convert(const float* from, uint16_t* to, int n) { StoreBfloat16(to, Load(from, n), n); }
ULMFIT_INLINE void Convert(const uint16_t* from, uint16_t* to, int n) { std::memcpy(to, from, n * sizeof(uint16_t)); }

#if defined(__AVX512F__) || defined(__AVX2__)
#if defined(__AVX512F__)
#define ULMFIT_PAIRWISE(name, type) (Vec)_mm512_##name((type)a, (type)b)
typedef __m512 Floats;
typedef __m512d Doubles;
#else
#define ULMFIT_PAIRWISE(name, type) (Vec)_mm256_##name((type)a, (type)b)
typedef __m256 Floats;
typedef __m256d Doubles;
#endif
/** Of each 128 bits the lower or higher half, numbers or pairs of them in turns. */
ULMFIT_INLINE Vec LowNumbers(Vec a, Vec b) { return ULMFIT_PAIRWISE(unpacklo_ps, Floats); }
ULMFIT_INLINE Vec HighNumbers(Vec a, Vec b) { return ULMFIT_PAIRWISE(unpackhi_ps, Floats); }
ULMFIT_INLINE Vec LowPairs(Vec a, Vec b) { return ULMFIT_PAIRWISE(unpacklo_pd, Doubles); }
ULMFIT_INLINE Vec HighPairs(Vec a, Vec b) { return ULMFIT_PAIRWISE(unpackhi_pd, Doubles); }
#undef ULMFIT_PAIRWISE
#endif

/** Rows to columns. */
ULMFIT_INLINE void Transpose(Vec (&rows)[kLanes]) {
#if defined(__AVX512F__) || defined(__AVX2__)
  // First within each 128 bits of four rows, then those.
  Vec pairs[kLanes], fours[kLanes];
  ULMFIT_UNROLL
  for (int i = 0; i < kLanes; i += 2) {
    pairs[i] = LowNumbers(rows[i], rows[i + 1]);
    pairs[i + 1] = HighNumbers(rows[i], rows[i + 1]);
  }
  ULMFIT_UNROLL
  for (int i = 0; i < kLanes; i += 4) {
    fours[i] = LowPairs(pairs[i], pairs[i + 2]);
    fours[i + 1] = HighPairs(pairs[i], pairs[i + 2]);
    fours[i + 2] = LowPairs(pairs[i + 1], pairs[i + 3]);
    fours[i + 3] = HighPairs(pairs[i + 1], pairs[i + 3]);
  }
  ULMFIT_UNROLL
  for (int i = 0; i < 4; i++) {
#if defined(__AVX512F__)
    const auto part = [&](int row) { return (__m512)fours[row + i]; };
    const __m512 x = _mm512_shuffle_f32x4(part(0), part(4), 0x88), y = _mm512_shuffle_f32x4(part(8), part(12), 0x88);
    const __m512 z = _mm512_shuffle_f32x4(part(0), part(4), 0xdd), w = _mm512_shuffle_f32x4(part(8), part(12), 0xdd);
    rows[i] = (Vec)_mm512_shuffle_f32x4(x, y, 0x88);
    rows[i + 4] = (Vec)_mm512_shuffle_f32x4(z, w, 0x88);
    rows[i + 8] = (Vec)_mm512_shuffle_f32x4(x, y, 0xdd);
    rows[i + 12] = (Vec)_mm512_shuffle_f32x4(z, w, 0xdd);
#else
    rows[i] = (Vec)_mm256_permute2f128_ps((__m256)fours[i], (__m256)fours[i + 4], 0x20);
    rows[i + 4] = (Vec)_mm256_permute2f128_ps((__m256)fours[i], (__m256)fours[i + 4], 0x31);
#endif
  }
#else
  Vec columns[kLanes];
  for (int i = 0; i < kLanes; i++)
    for (int j = 0; j < kLanes; j++) columns[i][j] = rows[j][i];
  std::memcpy(rows, columns, sizeof columns);
#endif
}

/** Numbers from 0 to 1 in 16 bits, within 2^-17: near both ends alike, where bfloat16 is coarse at 1. */
ULMFIT_INLINE void StoreFractions(uint16_t* p, Vec v, int n) {
#if defined(__AVX512F__)
  const __m512i words = _mm512_cvtps_epi32((__m512)(v * 65535.f));
  _mm512_mask_cvtusepi32_storeu_epi16(p, n >= kLanes ? 0xffff : (__mmask16)((1u << n) - 1), words);
#else
  for (int i = 0; i < kLanes && i < n; i++) p[i] = (uint16_t)(v[i] * 65535.f + 0.5f);
#endif
}

ULMFIT_INLINE Vec LoadFractions(const uint16_t* p, int n) {
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  const __m256i words = _mm256_maskz_loadu_epi16(n >= kLanes ? 0xffff : (__mmask16)((1u << n) - 1), p);
  return (Vec)_mm512_cvtepi32_ps(_mm512_maskz_cvtepu16_epi32(0xffff, words)) * (1.f / 65535.f);
#else
  Vec v = {};
  for (int i = 0; i < kLanes && i < n; i++) v[i] = (float)p[i] * (1.f / 65535.f);
  return v;
#endif
}

}  // namespace ulmfit
