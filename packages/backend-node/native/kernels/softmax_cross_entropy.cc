// The cross-entropy of a decoder over a large vocabulary with its gradients. The logits of some rows and some words are made,
// turned into powers and used up in the product with the weight while they are in the second cache; the powers of some
// hundred rows and all words then go into the weight's gradient. The decoder's weight is laid out once for all of them.
// The gradient of a logit, power / sum - (1 for the target), is never made: the products take the powers, the sums, which
// are known when all words have been seen, scale their other factor or their result, and the targets are taken away at the end.
#include <algorithm>
#include <cmath>
#include <limits>

#include "multiply.h"
#include "op.h"

namespace ulmfit {

namespace {

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

/** Turns logits of a row into their powers, relative to `base`, and sums them. */
float ToPowers(float* row, int64_t size, float base) {
  Vec sums = {};
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const Vec power = Exp(Load(row + i) - base);
    Store(row + i, power);
    sums += power;
  }
  float sum = SumLanes(sums);
  if (i < size) {
    float rest[kLanes];
    Store(rest, Exp(Load(row + i, (int)(size - i)) - base));
    for (int lane = 0; i < size; i++, lane++) sum += row[i] = rest[lane];
  }
  return sum;
}

/** One row: its loss, and its powers instead of its logits. A target outside the row has no column, as with `oneHot`. */
float RowLoss(float* row, int64_t size, int32_t target, float* sum) {
  const bool within = target >= 0 && target < size;
  const float chosen = within ? row[target] : 0.f, largest = Largest(row, size);
  *sum = ToPowers(row, size, largest);
  return std::log(*sum) - (within ? chosen - largest : 0.f);
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

/** Words whose logits are made and used up together: those of kBlockRows rows stay in the second cache. */
constexpr int64_t kWords = 384;
/** A row's powers are relative to one of its first logits; one that is larger by more than this takes its place. */
constexpr float kHeadroom = 16.f;

/** What is known of a row while its logits are made: of the powers so far, relative to `base`, the sum; its target's logit. */
struct RowSums {
  float sum = 0.f, base = std::numeric_limits<float>::lowest(), chosen = 0.f;

  float Loss(bool has_target) const { return std::log(sum) - (has_target ? chosen - base : 0.f); }
};

template <class Element>
class CrossEntropy {
 public:
  /** `gradients` is null for the losses alone. */
  CrossEntropy(const Decoder& decoder, float* losses, const Gradients* gradients)
      : d_(decoder), losses_(losses), to_(gradients), blocks_(CeilDivide(d_.vocabulary, kWords)),
        scaled_width_(d_.features + 1), forward_(blocks_ * Layout::Size(kWords, d_.features)),
        backward_(Back(blocks_ * Layout::Size(d_.features, kWords))),
        powers_(Back(Layout::Size(d_.vocabulary, std::min(kWarm, d_.rows)))),
        scaled_(Back(std::min(kWarm, d_.rows) * scaled_width_)), d_transposed_(Back(scaled_width_ * d_.vocabulary)) {}

  void Run(int thread, int threads, Team& team) {
    const Room room(d_.features, back());
    PackWeight(thread, threads);
    team.Wait();
    for (int64_t first = 0; first < d_.rows; first += kWarm) {
      const int64_t warm = std::min(kWarm, d_.rows - first);
      const Layout panels{powers_.data(), d_.vocabulary, warm};
      team.ForEach(thread, CeilDivide(warm, kTile), kBlock / kTile, [&](int64_t tile, int64_t tiles) {
        const int64_t begin = tile * kTile;
        RunRows({first + begin, begin, std::min(tiles * kTile, warm - begin)}, room, panels);
      });
      team.Wait();
      if (back()) AddToWeight(first, warm, panels, room, team, thread);
    }
    if (back()) Finish(thread, threads);
  }

 private:
  using Layout = Panels<Element>;
  static constexpr int kGroup = Format<Element>::kGroup, kColumns = Layout::kColumns;
  static_assert(kWords % kColumns == 0);
  static constexpr bool kNarrow = kGroup > 1;
  static constexpr int64_t kTile = kRows<Element>, kBlock = kBlockRows<Element>;
  /** Rows whose powers go into the weight's gradient together, as one block of its product's inner dimension. */
  static constexpr int64_t kWarm = 4 * kBlock;
  static_assert(kWarm <= Layout::kInner);
  /** Features whose gradients are made together, so that the powers are read once for them. */
  static constexpr int64_t kFeatures = 448 / kTile * kTile;
  /** Panels of words that a thread takes at once for them. */
  static constexpr int64_t kPanels = 16;

  /** The rows that a thread is at: where they begin among all and among the warm ones, and how many they are. */
  struct Rows {
    int64_t first, warm, count;
  };

  /** What a thread needs for them. */
  struct Room {
    Room(int64_t features, bool back)
        : hidden(kBlock * Whole<Element>(features)), scaled(back ? kFeatures * Whole<Element>(kWarm) : 0),
          logits(kBlock * kWords), narrow(kNarrow ? kBlock * kWords : 0) {}
    const Scratch<Element> hidden, scaled;
    const Scratch<float> logits;
    const Scratch<Element> narrow;
    /** The powers row by row; in float32 instead of the logits. */
    Element* powers() const { return kNarrow ? narrow.data() : (Element*)logits.data(); }
  };

  bool back() const { return to_ != nullptr; }
  int64_t Back(int64_t size) const { return back() ? size : 0; }
  int64_t Words(int64_t word) const { return std::min(kWords, d_.vocabulary - word); }
  /** The weight of the words from `word` on, laid out for the product with the features, and with the powers. */
  Layout Forward(int64_t word) const {
    return {forward_.data() + word / kWords * Layout::Size(kWords, d_.features), Words(word), d_.features};
  }
  Layout Backward(int64_t word) const {
    return {backward_.data() + word / kWords * Layout::Size(d_.features, kWords), d_.features, Words(word)};
  }

  void PackWeight(int thread, int threads) const {
    const int64_t features = d_.features;
    for (int64_t block = blocks_ * thread / threads; block < blocks_ * (thread + 1) / threads; block++) {
      const int64_t word = block * kWords;
      const float* weight = d_.weight + word * features;
      PackPanels(Factor<float>{weight, Words(word), features, features, true}, Forward(word), 0, 1);
      if (back()) PackPanels(Factor<float>{weight, features, Words(word), features, false}, Backward(word), 0, 1);
    }
  }

  /** Losses, powers and gradients of the features of some rows. */
  void RunRows(const Rows& rows, const Room& room, const Layout& panels) const {
    float* d_hidden = back() ? to_->hidden + rows.first * d_.features : nullptr;
    RowSums sums[kBlock];
    PackHidden(rows, room);
    for (int64_t word = 0; word < d_.vocabulary; word += kWords) {
      const int64_t words = Words(word);
      MakeLogits(word, rows, room);
      for (int64_t i = 0; i < rows.count; i++) {
        float* row = room.logits.data() + i * kWords;
        const int64_t target = d_.targets[rows.first + i] - word;
        if (target >= 0 && target < words) sums[i].chosen = row[target];
        const float largest = Largest(row, words);
        if (largest > sums[i].base + kHeadroom) {
          const float scale = Raise(sums[i], largest);
          if (back() && word > 0) ScalePowers(scale, rows.warm + i, word, panels, d_hidden + i * d_.features);
        }
        if (!back()) sums[i].sum += ToPowers(row, words, sums[i].base);
      }
      if (!back()) continue;
      MakePowers(word, rows, room, sums, panels);
      MultiplyRows(Factor<Element>{room.powers(), rows.count, words, kWords, true}, 0, rows.count,
                   {Target<Element>{Backward(word), d_hidden, d_.features, word == 0 ? Start::kZero : Start::kResult}});
    }
    for (int64_t i = 0; i < rows.count; i++) {
      losses_[rows.first + i] = sums[i].Loss(d_.Has(d_.targets[rows.first + i]));
      if (back()) ScaleRow(rows.first + i, 1.f / sums[i].sum, scaled_.data() + (rows.warm + i) * scaled_width_);
    }
  }

  void PackHidden(const Rows& rows, const Room& room) const {
    const int64_t features = d_.features, tiles = CeilDivide(rows.count, kTile);
    const Factor<float> hidden{d_.hidden, d_.rows, features, features, true};
    for (int64_t k = 0; k < features; k += Layout::kInner) {
      PackRows(hidden, rows.first, tiles, k, Forward(0).depth(k), room.hidden.data() + tiles * kTile * k);
    }
  }

  void MakeLogits(int64_t word, const Rows& rows, const Room& room) const {
    const Target<Element> logits{Forward(word), room.logits.data(), kWords, Start::kBias, d_.bias + word};
    const int64_t height = CeilDivide(rows.count, kTile) * kTile;
    for (int64_t k = 0; k < d_.features; k += Layout::kInner) {
      MultiplyPacked(room.hidden.data() + height * k, 0, rows.count, k, logits);
    }
  }

  /** Makes a row's sum relative to a larger logit. Returns what its powers so far are to be multiplied by. */
  static float Raise(RowSums& sums, float largest) {
    const float scale = std::exp(sums.base - largest);
    sums.base = largest;
    sums.sum *= scale;
    return scale;
  }

  /** Multiplies the powers in row k of the panels, which are those up to `word`, and what the row's gradient is so far. */
  void ScalePowers(float scale, int64_t k, int64_t word, const Layout& panels, float* d_hidden) const {
    for (int64_t j = 0; j < d_.features; j++) d_hidden[j] *= scale;
    for (int64_t p = 0; p < word / kColumns; p++) {
      Element* powers = panels.at(0, p) + k / kGroup * kGroup * kColumns + k % kGroup;
      for (int i = 0; i < kColumns; i++) Scale(powers[i * kGroup], scale);
    }
  }
  static void Scale(float& power, float scale) { power *= scale; }
  static void Scale(uint16_t& power, float scale) { power = ToBfloat16(FromBfloat16(power) * scale); }

  /** Turns the logits of some words into powers: row by row, and as rows of the panels' inner dimension. */
  void MakePowers(int64_t word, const Rows& rows, const Room& room, RowSums* sums, const Layout& panels) const {
    const int64_t words = Words(word);
    for (int64_t row = 0; row < rows.count; row += kGroup) {
      const int group = (int)std::min<int64_t>(kGroup, rows.count - row);
      Vec totals[kGroup] = {};
      for (int64_t p = word / kColumns; p * kColumns < word + words; p++) {
        const int width = panels.width(p);
        float* panel = (float*)panels.at(0, p) + (rows.warm + row) / kGroup * width;
        for (int i = 0; i < width; i += kLanes) {
          const int64_t at = p * kColumns + i - word;
          const int n = (int)std::min<int64_t>(kLanes, words - at);
          Vec powers[kGroup] = {};
          for (int g = 0; g < group; g++) {
            powers[g] = Power(room.logits.data() + (row + g) * kWords + at, n, sums[row + g].base);
            totals[g] += powers[g];
            Element* by_row = room.powers() + (row + g) * kWords + at;
            if constexpr (kNarrow) StoreBfloat16(by_row, powers[g], n);
            else Store(by_row, powers[g], n);
          }
          if constexpr (kNarrow) Store(panel + i, Pair(powers[0], powers[1]));
          else Store(panel + i, powers[0]);
        }
      }
      for (int g = 0; g < group; g++) sums[row + g].sum += SumLanes(totals[g]);
    }
  }

  static ULMFIT_INLINE Vec Power(const float* logits, int n, float base) {
    const Vec power = Exp(Load(logits, n) - base);
    if (n == kLanes) return power;
    float lanes[kLanes];
    Store(lanes, power);
    return Load(lanes, n);
  }

  /** A row's gradient, and its features and 1 as the weight's gradient takes them, from 1 over the sum of its powers. */
  void ScaleRow(int64_t row, float scale, float* scaled) const {
    const int64_t features = d_.features;
    const float* hidden = d_.hidden + row * features;
    float* d_hidden = to_->hidden + row * features;
    for (int64_t j = 0; j < features; j++) scaled[j] = hidden[j] * scale;
    scaled[features] = scale;
    for (int64_t j = 0; j < features; j++) d_hidden[j] *= scale;
    const int32_t target = d_.targets[row];
    if (!d_.Has(target)) return;
    for (int64_t j = 0; j < features; j++) d_hidden[j] -= d_.weight[target * features + j];
  }

  /** The rows that fill the panels' last unit up; a group that was begun has its zero. */
  static void ClearRows(const Layout& panels, int64_t rows, int64_t begin, int64_t end) {
    const int64_t begun = CeilDivide(rows, kGroup) * kGroup, depth = panels.depth(0);
    for (int64_t p = begin; p < end; p++) {
      Element* panel = panels.at(0, p);
      std::fill(panel + begun * panels.width(p), panel + depth * panels.width(p), Element{});
    }
  }

  /** The gradient of the weight and, as one feature more, that of the bias: by feature, so that words are columns. */
  void AddToWeight(int64_t first, int64_t rows, const Layout& panels, const Room& room, Team& team, int thread) const {
    const Factor<float> scaled{scaled_.data(), scaled_width_, rows, scaled_width_, false};
    for (int64_t feature = 0; feature < scaled_width_; feature += kFeatures, team.Wait()) {
      const int64_t features = std::min(kFeatures, scaled_width_ - feature);
      PackRows(scaled, feature, CeilDivide(features, kTile), 0, panels.depth(0), room.scaled.data());
      team.ForEach(thread, panels.count(), kPanels, [&](int64_t begin, int64_t count) {
        const int64_t column = begin * kColumns, columns = std::min(d_.vocabulary - column, count * kColumns);
        ClearRows(panels, rows, begin, begin + count);
        MultiplyPacked(room.scaled.data(), feature, features, 0,
                       Target<Element>{Layout{panels.at(0, begin), columns, rows}, d_transposed_.data() + column,
                                       d_.vocabulary, first == 0 ? Start::kZero : Start::kResult});
      });
    }
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
  const int64_t blocks_, scaled_width_;
  const Scratch<Element> forward_, backward_, powers_;
  /** Of the warm rows the features, and 1, over the sum of the powers; the gradients `[features + 1, vocabulary]`. */
  const Scratch<float> scaled_, d_transposed_;
};

template <class Element>
void RunCrossEntropy(const Decoder& decoder, float* losses, const Gradients* gradients) {
  CrossEntropy<Element> job(decoder, losses, gradients);
  RunProducts<Element>([&](int thread, int threads, Team& team) { job.Run(thread, threads, team); });
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
