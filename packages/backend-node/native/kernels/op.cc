#include "op.h"

#include <new>

namespace ulmfit {

namespace {

struct Kernel {
  const Op* op;
  bool flag = false;
};

/** From this size on TensorFlow's allocator would ask the system for each tensor anew. */
constexpr size_t kLargeOutput = 1 << 18;

}  // namespace

int64_t Elements(const Shape& shape) {
  int64_t n = 1;
  for (const int64_t size : shape) n *= size;
  return n;
}

Call::Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {
  const int count = TF_NumInputs(context);
  inputs_.reserve(count);
  for (int i = 0; i < count; i++) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context, i, &tensor, status_);
    if (!ok()) break;
    inputs_.push_back(tensor);
  }
  if (!ok()) TF_OpKernelContext_Failure(context_, status_);
}

Call::~Call() {
  for (TF_Tensor* tensor : inputs_) TF_DeleteTensor(tensor);
  for (TF_Tensor* tensor : outputs_) TF_DeleteTensor(tensor);
  TF_DeleteStatus(status_);
}

bool Call::ok() const { return TF_GetCode(status_) == TF_OK; }

Shape Call::shape(int input) const {
  Shape shape(TF_NumDims(inputs_[input]));
  for (size_t d = 0; d < shape.size(); d++) shape[d] = TF_Dim(inputs_[input], (int)d);
  return shape;
}

void* Call::Allocate(int i, const Shape& shape, TF_DataType type, size_t bytes) {
  if (!ok()) return nullptr;
  TF_Tensor* tensor;
  if (bytes < kLargeOutput) {
    tensor = TF_AllocateOutput(context_, i, type, shape.data(), (int)shape.size(), bytes, status_);
  } else {
    auto* block = new Block(bytes);
    const auto give_back = [](void*, size_t, void* block) { delete (Block*)block; };
    tensor = TF_NewTensor(type, shape.data(), (int)shape.size(), block->data(), bytes, give_back, block);
    TF_SetOutput(context_, i, tensor, status_);
  }
  if (tensor != nullptr) outputs_.push_back(tensor);
  if (!ok()) {
    TF_OpKernelContext_Failure(context_, status_);
    return nullptr;
  }
  return TF_TensorData(tensor);
}

float* Call::Output(int i, const Shape& shape) {
  return (float*)Allocate(i, shape, TF_FLOAT, Elements(shape) * sizeof(float));
}

uint16_t* Call::Bfloat16Output(int i, const Shape& shape) {
  return (uint16_t*)Allocate(i, shape, TF_BFLOAT16, Elements(shape) * sizeof(uint16_t));
}

bool Call::Require(bool condition, const char* message) {
  if (!ok()) return false;
  if (condition) return true;
  Fail(TF_INVALID_ARGUMENT, message);
  return false;
}

void Call::Fail(TF_Code code, const char* message) {
  TF_SetStatus(status_, code, message);
  TF_OpKernelContext_Failure(context_, status_);
}

namespace {

template <const Op& op>
struct Callbacks {
  static void* Create(TF_OpKernelConstruction* construction) {
    auto* kernel = new Kernel{&op};
    if (op.flag != nullptr) {
      TF_Status* status = TF_NewStatus();
      unsigned char value = 0;
      TF_OpKernelConstruction_GetAttrBool(construction, op.flag, &value, status);
      if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
      TF_DeleteStatus(status);
      kernel->flag = value != 0;
    }
    return kernel;
  }

  static void Compute(void* kernel, TF_OpKernelContext* context) {
    Call call(context);
    if (!call.ok()) return;
    try {
      op.compute(call, ((const Kernel*)kernel)->flag);
    } catch (const std::bad_alloc&) {
      call.Fail(TF_RESOURCE_EXHAUSTED, "out of memory");
    }
  }

  static void Delete(void* kernel) { delete (Kernel*)kernel; }
};

template <const Op& op>
std::string RegisterOne() {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(op.name);
  for (const char* text : op.attributes) TF_OpDefinitionBuilderAddAttr(definition, text);
  for (const char* text : op.inputs) TF_OpDefinitionBuilderAddInput(definition, text);
  for (const char* text : op.outputs) TF_OpDefinitionBuilderAddOutput(definition, text);
  TF_RegisterOpDefinition(definition, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_KernelBuilder* kernel = TF_NewKernelBuilder(op.name, "CPU", Callbacks<op>::Create, Callbacks<op>::Compute,
                                                   Callbacks<op>::Delete);
    TF_RegisterKernelBuilder(op.name, kernel, status);
  }
  const std::string problem = TF_GetCode(status) == TF_OK ? "" : std::string(op.name) + ": " + TF_Message(status);
  TF_DeleteStatus(status);
  return problem;
}

}  // namespace

std::string RegisterAll() {
  std::string problem;
  for (auto* one : {RegisterOne<kLstmLayer>, RegisterOne<kLstmLayerGrad>, RegisterOne<kLstmRecurrence>,
                    RegisterOne<kLstmRecurrenceGrad>, RegisterOne<kLstmInference>, RegisterOne<kLstmLayerInt8>,
                    RegisterOne<kDropout>, RegisterOne<kSoftmaxCrossEntropy>, RegisterOne<kTiedSoftmaxCrossEntropy>, RegisterOne<kAdamStep>,
                    RegisterOne<kGlobalNorm>, RegisterOne<kSquareSum>, RegisterOne<kSquareSumGrad>,
                    RegisterOne<kConcatPooling>, RegisterOne<kConcatPoolingGrad>, RegisterOne<kEmbeddingGrad>,
                    RegisterOne<kProduct>}) {
    problem += one();
  }
  return problem;
}

}  // namespace ulmfit
