#include <node_api.h>

#include <cmath>
#include <cstring>
#include <new>

#include "binding/environment.h"
#include "binding/raw.h"
#include "runtime/cpu.h"
#include "runtime/parallel.h"

// The addon's whole surface. Every function bears any arguments at all: what it cannot read it answers with 0, false or
// undefined, and lib/native turns that, with last_error(), into an error of the caller's realm.
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

napi_value make(napi_env env, const char* text) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result);
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

// run(kernel, argument count): 0 when done, 1 when it failed.
napi_value run(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  Environment& self = *given.environment;
  double kernel = given.number(0), length = given.number(1);
  Kernels all = kernels();
  if (!(kernel >= 0 && kernel < all.count) || !(length >= 0 && length <= kArguments)) {
    self.last_error = "no such kernel";
    return make(env, 1.0);
  }
  try {
    Call call(self.arguments(), static_cast<int64_t>(length), self);
    all.first[static_cast<int>(kernel)].entry(call);
    return make(env, 0.0);
  } catch (const std::bad_alloc&) {
    self.last_error = "out of memory for the kernel's workspace";
  } catch (const std::exception& error) {
    self.last_error = error.what();
  }
  return make(env, 1.0);
}

napi_value last_error(napi_env env, napi_callback_info info) {
  return make(env, Arguments(env, info).environment->last_error.c_str());
}

// allocate(storage, bytes): an id, or 0 when there is no memory.
napi_value allocate(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  size_t bytes = byte_count(given.number(1));
  return make(env, given.is_object(0) && bytes != SIZE_MAX ? given.environment->allocate(given.value[0], bytes) : 0.0);
}

// adopt(storage, typed array): an id for the user's memory.
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

// sweep(everything)
napi_value sweep(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  Environment::sweep_thread(given.number(0) == 1);
  return make(env, static_cast<double>(given.environment->blocks.live_bytes()));
}

napi_value buffer(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  return given.environment->buffer(given.number(0));
}

// transfer(id, byte offset, typed array, into the block?): copies all of the typed array's bytes in or out.
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

// stats(): writes in_use, cached, peak, pinned, live blocks, live bytes, system allocations, threads into the argument array.
napi_value stats(napi_env env, napi_callback_info info) {
  Environment& self = *Arguments(env, info).environment;
  AllocatorStats now = allocator_stats();
  const double row[] = {static_cast<double>(now.in_use),
                        static_cast<double>(now.cached),
                        static_cast<double>(now.peak),
                        static_cast<double>(pinned_bytes()),
                        static_cast<double>(self.blocks.live_blocks()),
                        static_cast<double>(self.blocks.live_bytes()),
                        static_cast<double>(now.system_allocations),
                        static_cast<double>(Environment::thread_count())};
  std::memcpy(self.arguments(), row, sizeof row);
  return nullptr;
}

napi_value reset_peak(napi_env, napi_callback_info) {
  cresset::reset_peak();
  return nullptr;
}

napi_value empty_cache(napi_env, napi_callback_info) {
  cresset::empty_cache();
  return nullptr;
}

napi_value set_cache_limit(napi_env env, napi_callback_info info) {
  size_t bytes = byte_count(Arguments(env, info).number(0));
  if (bytes != SIZE_MAX) cresset::set_cache_limit(bytes);
  return nullptr;
}

napi_value set_poison(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  given.environment->blocks.set_poison(given.number(0) == 1);
  return nullptr;
}

napi_value get_isa(napi_env env, napi_callback_info) { return make(env, isa_name(isa())); }

napi_value get_num_threads(napi_env env, napi_callback_info) { return make(env, static_cast<double>(num_threads())); }

napi_value put_num_threads(napi_env env, napi_callback_info info) {
  double wanted = Arguments(env, info).number(0);
  if (wanted >= 0) set_num_threads(wanted < 256 ? static_cast<int>(wanted) : 256);
  return make(env, static_cast<double>(num_threads()));
}

napi_value kernel_names(napi_env env) {
  Kernels all = kernels();
  napi_value names;
  napi_create_array_with_length(env, static_cast<size_t>(all.count), &names);
  for (int i = 0; i < all.count; i++)
    napi_set_element(env, names, static_cast<uint32_t>(i), make(env, all.first[i].name));
  return names;
}

}  // namespace
}  // namespace cresset::binding

NAPI_MODULE_INIT() {
  using namespace cresset::binding;
  if (const char* wrong = cresset::isa_error()) {
    napi_throw_error(env, "CRESSET_ISA", wrong);
    return nullptr;
  }
  auto* self = new Environment(env);
  napi_set_instance_data(
      env, self, [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); }, nullptr);

  const struct {
    const char* name;
    napi_callback function;
  } functions[] = {
      {"run", run},
      {"last_error", last_error},
      {"allocate", allocate},
      {"adopt", adopt},
      {"release", release},
      {"sweep", sweep},
      {"buffer", buffer},
      {"transfer", transfer},
      {"stats", stats},
      {"reset_peak", reset_peak},
      {"empty_cache", empty_cache},
      {"set_cache_limit", set_cache_limit},
      {"set_poison", set_poison},
      {"isa", get_isa},
      {"num_threads", get_num_threads},
      {"set_num_threads", put_num_threads},
      {"leaky_relu", raw_leaky_relu},
      {"leaky_relu_backward", raw_leaky_relu_backward},
      {"raw_alloc", raw_alloc},
  };
  for (const auto& each : functions) {
    napi_value function;
    napi_create_function(env, each.name, NAPI_AUTO_LENGTH, each.function, self, &function);
    napi_set_named_property(env, exports, each.name, function);
  }
  napi_set_named_property(env, exports, "kernels", kernel_names(env));
  napi_set_named_property(env, exports, "arguments", self->make_argument_array());
  return exports;
}
