// Lets JavaScript turn standard error off for a while. TensorFlow's library writes to it while it is loaded, before it
// heeds any setting, and Node has no way of its own to put a file descriptor aside.
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

namespace {

constexpr int kStandardError = 2;
int aside = -1;

/** Sends standard error nowhere. Calls don't nest: a second one changes nothing. */
napi_value Mute(napi_env, napi_callback_info) {
  if (aside >= 0) return nullptr;
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return nullptr;
  aside = fcntl(kStandardError, F_DUPFD_CLOEXEC, kStandardError + 1);
  if (aside >= 0) dup2(nowhere, kStandardError);
  close(nowhere);
  return nullptr;
}

/** Puts it back. */
napi_value Restore(napi_env, napi_callback_info) {
  if (aside < 0) return nullptr;
  dup2(aside, kStandardError);
  close(aside);
  aside = -1;
  return nullptr;
}

void Export(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function) == napi_ok) {
    napi_set_named_property(env, exports, name, function);
  }
}

}  // namespace

NAPI_MODULE_INIT() {
  Export(env, exports, "mute", Mute);
  Export(env, exports, "restore", Restore);
  return exports;
}
