// Registers the ops with TensorFlow when Node loads the module.
#include <dlfcn.h>
#include <node_api.h>

#include "matrix_registers.h"
#include "op.h"
#include "thread_pool.h"

namespace {

/** `setThreads(n)`: how many threads the kernels use, the caller's among them. */
napi_value SetThreads(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int32_t threads = 1;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) == napi_ok && count == 1 &&
      napi_get_value_int32(env, argument, &threads) == napi_ok) {
    ulmfit::ThreadPool::Get().SetThreads(threads);
  }
  return nullptr;
}

/** Once a process: Node may ask for the module's exports again, TensorFlow takes a name only once. */
const std::string& Problem() {
  static const std::string problem = ulmfit::RegisterAll();
  return problem;
}

/** Whether it multiplies bfloat16: in matrix registers where it has them, for which the system has to be asked. */
bool HasBfloat16() { return ulmfit::kHasBfloat16 && (!ulmfit::kHasMatrixRegisters || ulmfit::MayUseMatrixRegisters()); }

/** By vectors AMD's processors make twice the products a second in bfloat16 as in float32, Intel's half. */
bool FasterInBfloat16() {
#if defined(__x86_64__)
  return HasBfloat16() && (ulmfit::kHasMatrixRegisters || __builtin_cpu_is("amd"));
#else
  return false;
#endif
}

/**
 * Node unloads a module with the worker thread that alone has loaded it, while TensorFlow keeps the ops and the pool's threads
 * sleep in its code: it stays for the process.
 */
void StayLoaded() {
  Dl_info here;
  if (dladdr((const void*)&StayLoaded, &here) != 0) dlopen(here.dli_fname, RTLD_NOW | RTLD_NODELETE);
}

}  // namespace

NAPI_MODULE_INIT() {
  StayLoaded();
  if (!Problem().empty()) {
    napi_throw_error(env, nullptr, Problem().c_str());
    return nullptr;
  }
  napi_value value;
  napi_create_function(env, "setThreads", NAPI_AUTO_LENGTH, SetThreads, nullptr, &value);
  napi_set_named_property(env, exports, "setThreads", value);
  napi_get_boolean(env, HasBfloat16(), &value);
  napi_set_named_property(env, exports, "hasBfloat16", value);
  napi_get_boolean(env, ulmfit::kMultipliesInt8, &value);
  napi_set_named_property(env, exports, "multipliesInt8", value);
  napi_get_boolean(env, FasterInBfloat16(), &value);
  napi_set_named_property(env, exports, "fasterInBfloat16", value);
  return exports;
}
