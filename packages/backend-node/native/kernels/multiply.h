// Products of matrices, the loops those of Goto and van de Geijn, "Anatomy of high-performance matrix multiplication"
// (2008). In float32, or with factors that are rounded to bfloat16 on their way into the cache and summed in float32: no
// narrow copy of a matrix is made, and the result is not rounded. Everything here is one thread's part of a job.
#pragma once
#include <algorithm>
#include <initializer_list>

#include "memory.h"
#include "thread_pool.h"
#include "tile.h"

namespace ulmfit {

constexpr int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/** What products read: float as it is, or bfloat16 in pairs of the inner dimension. */
template <class Element>
struct Format;
template <>
struct Format<float> {
  /** Numbers of the inner dimension that are side by side: in a panel's column, and in a tile's row. */
  static constexpr int kGroup = 1, kUnit = 1;
  /**
   * Vectors of columns of a tile. With three, fewer numbers are loaded for as many products, which counts where another
   * thread of the same core loads too; with few registers a tile would have too few rows.
   */
  static constexpr int kVectors = kRegisters < 32 ? 2 : 3;
  /** The inner dimension goes in blocks: a panel of columns and a few rows stay in the first caches. */
  static constexpr int64_t kInner = 768;
  /** How many rows a tile of `n` vectors has at most: registers are left for the panel's and for one of the rows. */
  static constexpr int TileRows(int n) { return (kRegisters - n - 2) / n; }
  /** Tiles have a multiple of so many rows. */
  static constexpr int kRowStep = 1;
};
template <>
struct Format<uint16_t> {
  static constexpr int kGroup = 2;
  static constexpr int kUnit = kHasMatrixRegisters ? 32 : kGroup;
  /** Pairs of rows go together elsewhere: tiles have an even number of them. */
  static constexpr int kVectors = 2;
  static constexpr int64_t kInner = kHasMatrixRegisters ? 768 : 1536;
  static constexpr int TileRows(int n) { return kHasMatrixRegisters ? 32 : Format<float>::TileRows(n); }
  static constexpr int kRowStep = kHasMatrixRegisters ? 16 : 1;
};

/** The rows of a product's tiles. */
template <class Element>
constexpr int kRows = Format<Element>::TileRows(Format<Element>::kVectors);
/** Rows that are laid out at once: they stay in the second cache. */
template <class Element>
constexpr int64_t kBlockRows = 168 / kRows<Element> * kRows<Element>;

/** A length of the inner dimension in whole units, the rest of which is zeros. */
template <class Element>
constexpr int64_t Whole(int64_t inner) {
  return CeilDivide(inner, Format<Element>::kUnit) * Format<Element>::kUnit;
}

/** Rows that are asked for ahead of their use where they are far from each other. */
constexpr int64_t kLead = 8;

/** A factor as items (rows of A, columns of B) by the inner dimension k. */
template <class Source>
struct Factor {
  const Source* data;
  int64_t items, inner, stride;
  /** Whether an item's values follow each other in memory, or those of one k. */
  bool by_item;
  /** For a factor by k: the first `heads` rows are elsewhere. */
  const Source* head = nullptr;
  int64_t heads = 0;

  /** What it has of the inner dimension from k on. */
  Factor From(int64_t k, int64_t length) const {
    if (by_item) return {data + k, items, length, stride, true};
    if (k >= heads) return {Row(k), items, length, stride, false};
    return {data, items, length, stride, false, Row(k), heads - k};
  }
  const Source* Row(int64_t k) const { return k < heads ? head + k * stride : data + (k - heads) * stride; }
};

/** B, laid out in panels of columns: for each block of the inner dimension the panels `[k / group][column][group]`. */
template <class Element>
struct Panels {
  static constexpr int kGroup = Format<Element>::kGroup;
  static constexpr int64_t kInner = Format<Element>::kInner;
  /** The columns of a panel, as of a product's tiles. */
  static constexpr int kColumns = Format<Element>::kVectors * kLanes;
  Element* data;
  int64_t columns, inner;

  static int64_t Size(int64_t columns, int64_t inner) {
    return CeilDivide(columns, kLanes) * kLanes * Whole<Element>(inner);
  }
  int64_t count() const { return CeilDivide(columns, kColumns); }
  /** The inner dimension of the block from k on, in whole units. */
  int64_t depth(int64_t k) const { return Whole<Element>(std::min(kInner, inner - k)); }
  /** The last panel has as many vectors as it needs. */
  int vectors(int64_t p) const {
    return (int)std::min<int64_t>(kColumns / kLanes, CeilDivide(columns - p * kColumns, kLanes));
  }
  int width(int64_t p) const { return vectors(p) * kLanes; }
  Element* at(int64_t k, int64_t p) const {
    return data + k * CeilDivide(columns, kLanes) * kLanes + p * kColumns * depth(k);
  }
};

/** Two numbers of the inner dimension to a word in bfloat16, one in float32: `from[0]` up to `from[length]`. */
template <class Source, class Element>
ULMFIT_INLINE Vec LoadGroups(const Source* from, int64_t length) {
  constexpr int64_t kGroup = Format<Element>::kGroup;
  if (length >= kLanes * kGroup) return LoadWords<Element>(from);
  alignas(64) Element words[kLanes * kGroup] = {};
  for (int64_t j = 0; j < length; j += kLanes) Convert(from + j, words + j, (int)std::min<int64_t>(kLanes, length - j));
  return Load((const float*)words);
}

/** A group of the inner dimension at k, of which the factor has `length` numbers, for kLanes items. */
template <class Element, class Source>
ULMFIT_INLINE Vec LoadGroup(const Factor<Source>& f, int64_t item, int64_t k, int64_t length) {
  if (length <= 0) return Vec{};
  const int n = (int)std::max<int64_t>(0, std::min<int64_t>(kLanes, f.items - item));
  return LoadColumns<Element>(f.Row(k) + item, length > 1 ? f.Row(k + 1) + item : nullptr, n);
}

/**
 * Lays tiles of `width` items out: those from `item` on, `tiles` of them, each `[k / group][pitch][group]` for the
 * `depth` numbers of the inner dimension from k on; zeros where the factor has ended.
 */
template <class Source, class Element>
void Pack(const Factor<Source>& f, int64_t item, int64_t tiles, int width, int64_t k, int64_t depth, Element* out,
          int pitch) {
  constexpr int64_t kGroup = Format<Element>::kGroup;
  const int64_t length = std::min<int64_t>(depth, f.inner - k), groups = depth / kGroup;
  const auto place = [&](int64_t tile, int64_t g, int i) { return (float*)out + (tile * groups + g) * pitch + i; };
  if (f.by_item) {
    for (int64_t tile = 0; tile < tiles; tile++) {
      for (int i = 0; i < width; i += kLanes) {
        const int room = std::min(kLanes, width - i);
        for (int64_t g = 0; g < groups; g += kLanes) {
          Vec words[kLanes] = {};
          ULMFIT_UNROLL
          for (int j = 0; j < kLanes; j++) {
            const int64_t at = item + tile * width + i + j;
            if (j < room && at < f.items)
              words[j] = LoadGroups<Source, Element>(f.data + at * f.stride + k + g * kGroup, length - g * kGroup);
          }
          Transpose(words);
          const int64_t last = std::min<int64_t>(kLanes, groups - g);
          for (int64_t j = 0; j < last; j++) Store(place(tile, g + j, i), words[j], room);
        }
      }
    }
    return;
  }
  // Row by row, all tiles of each: the rows are far from each other.
  for (int64_t g = 0; g < groups; g++) {
    const Source* later = f.Row(k + std::min((g + kLead) * kGroup, length - 1)) + item;
    for (int64_t tile = 0; tile < tiles; tile++) {
      for (int i = 0; i < width; i += kLanes) {
        const int64_t at = tile * width + i;
        Prefetch<kRead>(later + at);
        if (kGroup == 2) Prefetch<kRead>(later + f.stride + at);
        Store(place(tile, g, i), LoadGroup<Element>(f, item + at, k + g * kGroup, length - g * kGroup),
              std::min(kLanes, width - i));
      }
    }
  }
}

/** For each of kLanes items the words of kLanes groups of the inner dimension from k on; the factor has `length` numbers. */
template <class Element, class Source>
ULMFIT_INLINE void LoadItems(const Factor<Source>& f, int64_t item, int64_t k, int64_t length, Vec (&words)[kLanes]) {
  constexpr int64_t kGroup = Format<Element>::kGroup;
  ULMFIT_UNROLL
  for (int i = 0; i < kLanes; i++) {
    if (f.by_item) {
      const bool has = item + i < f.items;
      words[i] = has ? LoadGroups<Source, Element>(f.data + (item + i) * f.stride + k, length) : Vec{};
    } else {
      words[i] = LoadGroup<Element>(f, item, k + i * kGroup, length - i * kGroup);
    }
  }
  if (!f.by_item) Transpose(words);
}

/**
 * Lays rows of A out in `tiles` tiles, from row `first` on, for the `depth` numbers of the inner dimension from k on: each
 * `[k / unit][row][unit]`.
 */
template <class Source, class Element>
void PackRows(const Factor<Source>& f, int64_t first, int64_t tiles, int64_t k, int64_t depth, Element* out) {
  constexpr int kUnit = Format<Element>::kUnit;
  if constexpr (kUnit == Format<Element>::kGroup) {
    Pack(f, first, tiles, kRows<Element>, k, depth, out, kRows<Element>);
  } else {
    const int64_t length = std::min<int64_t>(depth, f.inner - k), rows = tiles * kRows<Element>;
    for (int64_t unit = 0; unit < depth; unit += kUnit) {
      for (int64_t row = 0; row < rows; row += kLanes) {
        Vec words[kLanes];
        LoadItems<Element>(f, first + row, k + unit, length - unit, words);
        const int64_t tile = row / kRows<Element>, within = row % kRows<Element>;
        Element* to = out + tile * kRows<Element> * depth + (unit / kUnit * kRows<Element> + within) * kUnit;
        ULMFIT_UNROLL
        for (int i = 0; i < kLanes; i++) Store((float*)to + i * kLanes, words[i]);
      }
    }
  }
}

/** This thread's share of the panels of B. */
template <class Source, class Element>
void PackPanels(const Factor<Source>& b, const Panels<Element>& panels, int thread, int threads) {
  const int64_t first = panels.count() * thread / threads, last = panels.count() * (thread + 1) / threads;
  if (first == last) return;
  constexpr int kColumns = Panels<Element>::kColumns;
  // The last panel of all may be a narrow one.
  const int width = panels.width(last - 1);
  const bool narrow = width < kColumns;
  for (int64_t k = 0; k < b.inner; k += panels.kInner) {
    Pack(b, first * kColumns, last - first - narrow, kColumns, k, panels.depth(k), panels.at(k, first), kColumns);
    if (narrow) Pack(b, (last - 1) * kColumns, 1, width, k, panels.depth(k), panels.at(k, last - 1), width);
  }
}

/** What a product adds its sums to. */
enum class Start { kZero, kBias, kResult };

/** One of the products of rows of A: with which B, and where to. */
template <class Element>
struct Target {
  Panels<Element> b;
  /** The result, as many rows as A has. */
  float* c;
  int64_t stride;
  Start start = Start::kZero;
  /** `[columns]` */
  const float* bias = nullptr;
};

/** c (+)= the sum over k, for `rows` <= M rows, laid out in tiles of kRows, and N vectors of columns. */
template <int M, int N, class Element>
void ProductTile(const Element* a, const Element* b, int64_t depth, float* c, int64_t stride, int rows, int columns,
                 Start start, const float* bias) {
  constexpr int64_t kUnit = Format<Element>::kUnit, kStep = kRows<Element> * kUnit;
  if constexpr (Format<Element>::kRowStep > 1) {
    if (rows == M && columns == N * kLanes) {
      static const float zeros[N * kLanes] = {};
      const float* first = start == Start::kResult ? nullptr : start == Start::kBias ? bias : zeros;
      return MultiplyInMatrices<M, N>(c, stride, first, c + M * stride, a, kUnit, kStep, b, depth);
    }
  }
  // The result's lines come while the sums are made.
  ULMFIT_UNROLL
  for (int i = 0; i < M; i++) {
    ULMFIT_UNROLL
    for (int q = 0; q < N; q++) {
      if (i < rows) Prefetch<kWrite>(c + i * stride + q * kLanes);
    }
  }
  Vec acc[M][N] = {};
  MultiplyTile(acc, a, kUnit, kStep, b, depth);
  // Never left early: clang would not unroll it, and keep the sums in memory.
  ULMFIT_UNROLL
  for (int i = 0; i < M; i++) {
    ULMFIT_UNROLL
    for (int q = 0; q < N; q++) {
      if (i >= rows) continue;
      float* to = c + i * stride + q * kLanes;
      const int n = columns - q * kLanes;
      if (start == Start::kResult) acc[i][q] += Load(to, n);
      if (start == Start::kBias) acc[i][q] += Load(bias + q * kLanes, n);
      Store(to, acc[i][q], n);
    }
  }
}

/** `height` rows of A from `row` on, laid out for the block of the inner dimension from k on, times B. */
template <class Element>
void MultiplyPacked(const Element* packed, int64_t row, int64_t height, int64_t k, const Target<Element>& t) {
  constexpr int kColumns = Panels<Element>::kColumns;
  const int64_t depth = t.b.depth(k);
  const Start start = k == 0 ? t.start : Start::kResult;
  for (int64_t p = 0; p < t.b.count(); p++) {
    const int columns = (int)std::min<int64_t>(kColumns, t.b.columns - p * kColumns);
    const auto tile = [&](auto m, auto n, int64_t i) {
      ProductTile<m(), n()>(packed + i * depth, t.b.at(k, p), depth, t.c + (row + i) * t.stride + p * kColumns, t.stride,
                            (int)std::min<int64_t>(m(), height - i), columns, start, t.bias + p * kColumns);
    };
    WithCount<Format<Element>::kVectors>(t.b.vectors(p), [&](auto n) {
      int64_t i = 0;
      for (; i + kRows<Element> <= height; i += kRows<Element>) tile(std::integral_constant<int, kRows<Element>>{}, n, i);
      // Even numbers of rows alone: half as many functions.
      constexpr int kStep = std::max(2, Format<Element>::kRowStep);
      if (i < height) WithCount<kRows<Element>, kStep>((int)(height - i), [&](auto m) { tile(m, n, i); });
    });
  }
}

/** Rows `first` to `first + rows` of A times each B, kBlockRows of them at most. */
template <class Source, class Element>
void MultiplyRows(const Factor<Source>& a, int64_t first, int64_t rows, std::initializer_list<Target<Element>> targets) {
  constexpr int64_t kInner = Format<Element>::kInner;
  const int64_t tiles = CeilDivide(rows, kRows<Element>);
  const Scratch<Element> packed(tiles * kRows<Element> * Whole<Element>(std::min(kInner, a.inner)));
  for (int64_t k = 0; k < a.inner; k += kInner) {
    PackRows(a, first, tiles, k, targets.begin()->b.depth(k), packed.data());
    for (const Target<Element>& t : targets) MultiplyPacked(packed.data(), first, rows, k, t);
  }
}

/** Runs `job(thread, threads, team)` on all threads, their registers ready for products in the format of `Element`. */
template <class Element, class Job>
void RunProducts(Job&& job) {
  ThreadPool::Get().Run([&](int thread, int threads, Team& team) {
    [[maybe_unused]] const RegistersFor<Element> registers;
    job(thread, threads, team);
  });
}

/** All rows of A times each B: as many at once as are laid out together, by whichever thread. To be waited for. */
template <class Source, class Element>
void MultiplyTogether(Team& team, int thread, const Factor<Source>& a, std::initializer_list<Target<Element>> targets) {
  constexpr int64_t kTile = kRows<Element>;
  team.ForEach(thread, CeilDivide(a.items, kTile), kBlockRows<Element> / kTile, [&](int64_t first, int64_t tiles) {
    MultiplyRows(a, first * kTile, std::min(tiles * kTile, a.items - first * kTile), targets);
  });
}

}  // namespace ulmfit
