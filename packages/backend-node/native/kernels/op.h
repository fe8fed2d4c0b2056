// TensorFlow's C interface for ops and kernels, with owners for what it hands out.
#pragma once
#include <tensorflow/c/kernels.h>
#include <tensorflow/c/ops.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "memory.h"

namespace ulmfit {

using Shape = std::vector<int64_t>;

int64_t Elements(const Shape& shape);

/** One call of a kernel: its inputs and outputs. After a failure `ok()` is false and pointers are null. */
class Call {
 public:
  explicit Call(TF_OpKernelContext* context);
  ~Call();

  bool ok() const;
  int inputs() const { return (int)inputs_.size(); }
  Shape shape(int input) const;
  template <class T>
  const T* Input(int i) const {
    return (const T*)TF_TensorData(inputs_[i]);
  }
  /** Memory for an output, not yet set to anything. */
  float* Output(int i, const Shape& shape);
  uint16_t* Bfloat16Output(int i, const Shape& shape);
  /** Ends the call with an error unless `condition` holds. */
  bool Require(bool condition, const char* message);
  /** Ends the call with an error. */
  void Fail(TF_Code code, const char* message);

 private:
  void* Allocate(int i, const Shape& shape, TF_DataType type, size_t bytes);

  TF_OpKernelContext* const context_;
  TF_Status* const status_;
  std::vector<TF_Tensor*> inputs_, outputs_;
};

/** An op and its kernel for the CPU. Attributes, inputs and outputs as TensorFlow writes them, such as `x: float`. */
struct Op {
  const char* name;
  std::initializer_list<const char*> attributes, inputs, outputs;
  /** Called with the value of the boolean attribute `flag`, false if the op has none. */
  void (*compute)(Call& call, bool flag);
  const char* flag = nullptr;
};

/** Registers all ops below with TensorFlow. Returns what is wrong, or an empty text. */
std::string RegisterAll();

extern const Op kLstmLayer, kLstmLayerGrad, kLstmRecurrence, kLstmRecurrenceGrad, kLstmInference, kLstmLayerInt8,
    kDropout, kSoftmaxCrossEntropy, kTiedSoftmaxCrossEntropy, kAdamStep, kGlobalNorm, kSquareSum, kSquareSumGrad,
    kConcatPooling, kConcatPoolingGrad, kEmbeddingGrad, kProduct;

/** Whether `kLstmLayerInt8` is written for this processor. */
extern const bool kMultipliesInt8;

}  // namespace ulmfit
