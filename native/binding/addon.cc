#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#include <napi.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <algorithm>

#include "binding/environment.h"
#include "binding/hot.h"
#include "binding/raw.h"
#include "runtime/cpu.h"
#include "runtime/parallel.h"

// The addon's whole surface. No function here or in hot.h throws: lib/native makes the errors, in the caller's realm.
namespace cresset::binding {
namespace {

using Info = const Napi::CallbackInfo&;

double number_at(Info info, size_t i) {
  return i < info.Length() && info[i].IsNumber() ? info[i].As<Napi::Number>().DoubleValue() : -1;
}

// Fills the argument array: in use, cached, peak, pinned, live blocks, live bytes, system allocations, threads.
void write_stats(Environment& self) {
  AllocatorStats now = allocator_stats();
  const double row[] = {static_cast<double>(now.in_use),
                        static_cast<double>(now.cached),
                        static_cast<double>(now.peak),
                        static_cast<double>(pinned_bytes()),
                        static_cast<double>(self.blocks.live_blocks()),
                        static_cast<double>(self.blocks.live_bytes()),
                        static_cast<double>(now.system_allocations),
                        static_cast<double>(Environment::thread_count())};
  std::copy(std::begin(row), std::end(row), self.arguments());
}

Napi::Array kernel_names(Napi::Env env) {
  Kernels all = kernels();
  Napi::Array names = Napi::Array::New(env, static_cast<size_t>(all.count));
  for (int i = 0; i < all.count; i++) names[static_cast<uint32_t>(i)] = all.first[i].name;
  return names;
}

void add_hot(Napi::Object exports, Environment* self) {
  const struct {
    const char* name;
    napi_callback function;
  } functions[] = {
      {"run", run},
      {"allocate", allocate},
      {"adopt", adopt},
      {"release", release},
      {"hand_over", hand_over},
      {"take_over", take_over},
      {"sweep", sweep},
      {"buffer", buffer},
      {"transfer", transfer},
      {"leaky_relu", raw_leaky_relu},
      {"leaky_relu_backward", raw_leaky_relu_backward},
      {"raw_alloc", raw_alloc},
  };
  for (const auto& each : functions) {
    napi_value function = nullptr;
    napi_create_function(exports.Env(), each.name, NAPI_AUTO_LENGTH, each.function, self, &function);
    exports.Set(each.name, function);
  }
}

template <class Body>
void add(Napi::Object exports, const char* name, Body body) {
  exports.Set(name, Napi::Function::New(exports.Env(), body, name));
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  if (const char* wrong = isa_error()) {
    Napi::Error error = Napi::Error::New(env, wrong);
    error.Set("code", "CRESSET_ISA");
    throw error;
  }
  auto* self = new Environment(env);
  env.SetInstanceData(self);
  add_hot(exports, self);
  add(exports, "last_error", [self](Info info) { return Napi::String::New(info.Env(), self->last_error); });
  // work(which): bytes, floating point operations and dtype of the last kernel; all blocks and bytes ever allocated; bytes in
  // use. One number each, since the argument array may hold a kernel's results.
  add(exports, "work", [self](Info info) {
    const double which = number_at(info, 0);
    const double row[] = {self->work.bytes,  self->work.operations, static_cast<double>(self->work.dtype),
                          self->allocations, self->allocated,       static_cast<double>(allocator_stats().in_use)};
    return Napi::Number::New(info.Env(), which >= 0 && which <= 5 ? row[static_cast<int>(which)] : 0);
  });
  add(exports, "stats", [self](Info) { write_stats(*self); });
  add(exports, "reset_peak", [](Info) { reset_peak(); });
  add(exports, "empty_cache", [](Info) { empty_cache(); });
  add(exports, "set_cache_limit", [](Info info) {
    double bytes = number_at(info, 0);
    if (bytes >= 0 && bytes < 9e15) set_cache_limit(static_cast<size_t>(bytes));
  });
  add(exports, "memory_limit",
      [](Info info) { return Napi::Number::New(info.Env(), static_cast<double>(memory_limit())); });
  add(exports, "available_memory",
      [](Info info) { return Napi::Number::New(info.Env(), static_cast<double>(available_memory())); });
  add(exports, "set_memory_limit", [](Info info) {
    double bytes = number_at(info, 0);
    if (bytes >= 0 && bytes < 9e15) set_memory_limit(static_cast<size_t>(bytes));
  });
  add(exports, "adjust_external", [](Info info) {
    double bytes = info.Length() > 0 && info[0].IsNumber() ? info[0].As<Napi::Number>().DoubleValue() : 0;
    if (bytes > -9e15 && bytes < 9e15)
      Napi::MemoryManagement::AdjustExternalMemory(info.Env(), static_cast<int64_t>(bytes));
  });
  add(exports, "set_poison", [self](Info info) { self->blocks.set_poison(number_at(info, 0) == 1); });
  // revoke(token): gives the memory back that nobody took over.
  add(exports, "revoke", [](Info info) {
    Parcel parcel;
    bool found = take(number_at(info, 0), parcel);
    if (found) give_back(parcel);
    return Napi::Boolean::New(info.Env(), found);
  });
  // The number of this environment, and whether one of that number still lives, in any thread.
  add(exports, "environment", [self](Info info) { return Napi::Number::New(info.Env(), self->sender); });
  add(exports, "is_alive", [](Info info) { return Napi::Boolean::New(info.Env(), is_open(number_at(info, 0))); });
  add(exports, "isa", [](Info info) { return Napi::String::New(info.Env(), isa_name(isa())); });
  add(exports, "num_threads", [](Info info) { return Napi::Number::New(info.Env(), num_threads()); });
  add(exports, "set_num_threads", [](Info info) {
    double wanted = number_at(info, 0);
    if (wanted >= 0) set_num_threads(static_cast<int>(std::min(wanted, 256.0)));
    return Napi::Number::New(info.Env(), num_threads());
  });
  exports.Set("kernels", kernel_names(env));
  exports.Set("arguments", self->make_argument_array());
  return exports;
}

}  // namespace

// The macro defines the function of this name that Node looks up.
NODE_API_MODULE(cresset, initialize)

}  // namespace cresset::binding
