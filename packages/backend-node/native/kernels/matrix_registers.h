// The matrix registers of some processors (AMX): eight of 16 rows of 64 bytes, multiplied with each other in bfloat16.
#pragma once
#include "vector.h"

#if defined(__AMX_BF16__) && defined(__linux__)
#define ULMFIT_MATRIX_REGISTERS 1
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace ulmfit {

#if defined(ULMFIT_MATRIX_REGISTERS)
constexpr bool kHasMatrixRegisters = true;

/** Asks the system for them, for all threads of the process: a thread's state is larger with them. */
inline bool MayUseMatrixRegisters() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

/** Tells the compiler that memory is read or written where the intrinsics for these registers don't. */
ULMFIT_INLINE void KeepInMemory(const void* p) { asm volatile("" : : "r"(p) : "memory"); }

/** Has this thread's matrix registers in use, whole ones, as long as it lives. */
class MatrixRegisters {
 public:
  MatrixRegisters() {
    struct alignas(64) {
      uint8_t palette = 1, first_row = 0, reserved[14] = {};
      uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    } shapes;
    KeepInMemory(&shapes);
    _tile_loadconfig(&shapes);
  }
  ~MatrixRegisters() { _tile_release(); }
  MatrixRegisters(const MatrixRegisters&) = delete;
  MatrixRegisters& operator=(const MatrixRegisters&) = delete;
};

/**
 * c += a times the panel, M rows x N vectors of columns, 16 or 32 each; `inner` is a multiple of 32. Row i of c begins
 * at `i * stride`, of `a` at `i * row`, its next 32 numbers of the inner dimension `step` on; the panel is
 * `[inner / 2][N][kLanes][2]`. With `start` c is not read: each of its rows begins with that one. Beside it `next` is asked
 * for, where the sums after these go.
 */
template <int M, int N>
ULMFIT_INLINE void MultiplyInMatrices(float* c, int64_t stride, const float* start, const float* next, const uint16_t* a,
                                      int64_t row, int64_t step, const uint16_t* panel, int64_t inner) {
  static_assert((M == 16 || M == 32) && (N == 1 || N == 2), "4 registers of sums, 2 of rows, 2 of columns");
  KeepInMemory(c);
  const char* from = (const char*)(start == nullptr ? c : start);
  const int64_t from_stride = start == nullptr ? stride * 4 : 0;
  _tile_loadd(0, from, from_stride);
  if constexpr (N > 1) _tile_loadd(1, from + 64, from_stride);
  if constexpr (M > 16) _tile_loadd(2, from + 16 * from_stride, from_stride);
  if constexpr (M > 16 && N > 1) _tile_loadd(3, from + 16 * from_stride + 64, from_stride);
  for (int64_t k = 0; k < inner; k += 32) {
    _tile_loadd(6, panel, N * 64);
    _tile_loadd(4, a, row * 2);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (N > 1) {
      _tile_loadd(7, panel + 32, N * 64);
      _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (M > 16) {
      _tile_loadd(5, a + 16 * row, row * 2);
      _tile_dpbf16ps(2, 5, 6);
      if constexpr (N > 1) _tile_dpbf16ps(3, 5, 7);
    }
    a += step;
    panel += 16 * N * 32;
    if (next != nullptr && k < 16 * M) {
      ULMFIT_UNROLL
      for (int i = 0; i < 2 * N; i++) Prefetch<kWrite>(next + (k / 16 + i / N) * stride + i % N * kLanes);
    }
  }
  _tile_stored(0, c, stride * 4);
  if constexpr (N > 1) _tile_stored(1, c + 16, stride * 4);
  if constexpr (M > 16) _tile_stored(2, c + 16 * stride, stride * 4);
  if constexpr (M > 16 && N > 1) _tile_stored(3, c + 16 * stride + 16, stride * 4);
  KeepInMemory(c);
}
#else
constexpr bool kHasMatrixRegisters = false;
inline bool MayUseMatrixRegisters() { return false; }
struct MatrixRegisters {};
template <int M, int N>
void MultiplyInMatrices(float*, int64_t, const float*, const float*, const uint16_t*, int64_t, int64_t, const uint16_t*, int64_t);
#endif

/** What a thread holds while it makes products in the format of `Element`. */
struct VectorRegisters {};
template <class Element>
using RegistersFor = std::conditional_t<std::is_same_v<Element, uint16_t>, MatrixRegisters, VectorRegisters>;

}  // namespace ulmfit
