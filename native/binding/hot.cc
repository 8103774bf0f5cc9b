#include "binding/hot.h"

#include <cmath>
#include <cstring>
#include <new>

#include "binding/environment.h"
#include "binding/raw.h"
#include "runtime/parallel.h"

namespace cresset::binding {
namespace {

struct Arguments {
  static constexpr size_t kMost = 4;
  napi_value value[kMost];
  size_t count = kMost;
  Environment* environment = nullptr;

  Arguments(napi_env env, napi_callback_info info) {
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, value, nullptr, &data);
    environment = static_cast<Environment*>(data);
    if (Environment::is_beside()) count = 0;
  }
  // Absent or no number: NaN.
  double number(size_t i) const {
    double result = NAN;
    if (i < count) napi_get_value_double(environment->env, value[i], &result);
    return result;
  }
  bool is_object(size_t i) const {
    napi_valuetype type;
    return i < count && napi_typeof(environment->env, value[i], &type) == napi_ok && type == napi_object;
  }
};

napi_value make(napi_env env, double number) {
  napi_value result = nullptr;
  napi_create_double(env, number, &result);
  return result;
}

napi_value make(napi_env env, bool flag) {
  napi_value result = nullptr;
  napi_get_boolean(env, flag, &result);
  return result;
}

size_t byte_count(double number) {
  return number >= 0 && number <= 70368744177664.0 ? static_cast<size_t>(number) : SIZE_MAX;
}

}  // namespace

namespace {

// For the length of one run: what was to be called beside it waits for the first region, or else for the end; always for
// the end where the kernel reads its arguments from V8's memory.
class BesideRun {
 public:
  explicit BesideRun(Environment& self) : self_(self) {
    if (self.has_beside() && self.owns_arguments())
      beside_next_region([](void* data) { static_cast<Environment*>(data)->call_beside(); }, &self);
  }
  ~BesideRun() {
    if (!self_.has_beside()) return;
    beside_next_region(nullptr, nullptr);
    self_.call_beside();
  }
  BesideRun(const BesideRun&) = delete;
  BesideRun& operator=(const BesideRun&) = delete;

 private:
  Environment& self_;
};

}  // namespace

napi_value run(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  Environment& self = *given.environment;
  double kernel = given.number(0), length = given.number(1);
  Kernels all = kernels();
  if (!(kernel >= 0 && kernel < all.count) || !(length >= 0 && length <= kArguments)) {
    self.last_error = "no such kernel";
    return make(env, 1.0);
  }
  BesideRun beside(self);
  try {
    Call call(self.arguments(), static_cast<int64_t>(length), self);
    all.first[static_cast<int>(kernel)].entry(call);
    self.work = call.work();
    return make(env, 0.0);
  } catch (const std::bad_alloc&) {
    self.last_error = "out of memory for the kernel's workspace";
  } catch (const std::exception& error) {
    self.last_error = error.what();
  }
  return make(env, 1.0);
}

napi_value beside_next_run(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  napi_valuetype type = napi_undefined;
  if (given.count > 0) napi_typeof(env, given.value[0], &type);
  given.environment->set_beside(type == napi_function ? given.value[0] : nullptr);
  return make(env, type == napi_function);
}

napi_value allocate(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  size_t bytes = byte_count(given.number(1));
  return make(env, given.is_object(0) && bytes != SIZE_MAX ? given.environment->allocate(given.value[0], bytes) : 0.0);
}

napi_value adopt(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  bool is_typed_array = false;
  if (given.count > 1) napi_is_typedarray(env, given.value[1], &is_typed_array);
  return make(env,
              given.is_object(0) && is_typed_array ? given.environment->adopt(given.value[0], given.value[1]) : 0.0);
}

napi_value release(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  return make(env, given.environment->release(given.number(0)));
}

napi_value hand_over(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  return make(env, given.environment->hand_over(given.number(0), given.number(1) == 1));
}

napi_value take_over(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  return make(env, given.is_object(0) ? given.environment->take_over(given.value[0], given.number(1)) : 0.0);
}

napi_value sweep(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  if (!Environment::is_beside()) Environment::sweep_thread(given.number(0) == 1);
  return make(env, static_cast<double>(given.environment->blocks.live_bytes()));
}

napi_value buffer(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  return given.environment->buffer(given.number(0));
}

napi_value transfer(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  Environment& self = *given.environment;
  RawArray array;
  if (given.count < 4 || !array.read(env, given.value[2])) {
    self.last_error = "expected a typed array";
    return make(env, 1.0);
  }
  if (array.bytes == 0) return make(env, 0.0);
  try {
    Memory memory = self.resolve(given.number(0));
    size_t offset = byte_count(given.number(1));
    if (offset > memory.bytes || array.bytes > memory.bytes - offset) Call::fail("range outside the block");
    if (given.number(3) == 1)
      std::memmove(memory.data + offset, array.data, array.bytes);
    else
      std::memmove(array.data, memory.data + offset, array.bytes);
    return make(env, 0.0);
  } catch (const Error& error) {
    self.last_error = error.what();
    return make(env, 1.0);
  }
}

}  // namespace cresset::binding
