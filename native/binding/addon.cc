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
      {"beside_next_run", beside_next_run},
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

// A plain function with its environment as data: all of them then share one wrapper, where each lambda with a capture
// would have its own.
using Answer = Napi::Value (*)(Info);

Environment& environment_of(Info info) { return *static_cast<Environment*>(info.Data()); }

Napi::Value number(Info info, double value) { return Napi::Number::New(info.Env(), value); }

Napi::Value nothing(Info info) { return info.Env().Undefined(); }

Napi::Value last_error(Info info) { return Napi::String::New(info.Env(), environment_of(info).last_error); }

// work(which): bytes, floating point operations and dtype of the last kernel; all blocks and bytes ever allocated; bytes in
// use. One number each, since the argument array may hold a kernel's results.
Napi::Value work(Info info) {
  const Environment& self = environment_of(info);
  const double which = number_at(info, 0);
  const double row[] = {self.work.bytes,  self.work.operations, static_cast<double>(self.work.dtype),
                        self.allocations, self.allocated,       static_cast<double>(allocator_stats().in_use)};
  return number(info, which >= 0 && which <= 5 ? row[static_cast<int>(which)] : 0);
}

// Calls set with the argument, where that is a number of bytes.
Napi::Value set_bytes(Info info, void (*set)(size_t)) {
  const double bytes = number_at(info, 0);
  if (bytes >= 0 && bytes < 9e15) set(static_cast<size_t>(bytes));
  return nothing(info);
}

Napi::Value adjust_external(Info info) {
  const double bytes = info.Length() > 0 && info[0].IsNumber() ? info[0].As<Napi::Number>().DoubleValue() : 0;
  if (bytes > -9e15 && bytes < 9e15)
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), static_cast<int64_t>(bytes));
  return nothing(info);
}

// revoke(token): gives the memory back that nobody took over.
Napi::Value revoke(Info info) {
  Parcel parcel;
  bool found = take(number_at(info, 0), parcel);
  if (found) give_back(parcel);
  return Napi::Boolean::New(info.Env(), found);
}

Napi::Value set_threads(Info info) {
  const double wanted = number_at(info, 0);
  if (wanted >= 0) set_num_threads(static_cast<int>(std::min(wanted, 256.0)));
  return number(info, num_threads());
}

void add_answers(Napi::Object exports, Environment* self) {
  const struct {
    const char* name;
    Answer answer;
  } functions[] = {
      {"last_error", last_error},
      {"work", work},
      {"stats", [](Info info) { return write_stats(environment_of(info)), nothing(info); }},
      {"reset_peak", [](Info info) { return reset_peak(), nothing(info); }},
      {"empty_cache", [](Info info) { return empty_cache(), nothing(info); }},
      {"set_cache_limit", [](Info info) { return set_bytes(info, set_cache_limit); }},
      {"memory_limit", [](Info info) { return number(info, static_cast<double>(memory_limit())); }},
      {"available_memory", [](Info info) { return number(info, static_cast<double>(available_memory())); }},
      {"set_memory_limit", [](Info info) { return set_bytes(info, set_memory_limit); }},
      {"adjust_external", adjust_external},
      {"set_poison",
       [](Info info) { return environment_of(info).blocks.set_poison(number_at(info, 0) == 1), nothing(info); }},
      {"revoke", revoke},
      // The number of this environment, and whether one of that number still lives, in any thread.
      {"environment", [](Info info) { return number(info, environment_of(info).sender); }},
      {"is_alive",
       [](Info info) -> Napi::Value { return Napi::Boolean::New(info.Env(), is_open(number_at(info, 0))); }},
      {"isa", [](Info info) -> Napi::Value { return Napi::String::New(info.Env(), isa_name(isa())); }},
      {"num_threads", [](Info info) { return number(info, num_threads()); }},
      {"set_num_threads", set_threads},
  };
  for (const auto& each : functions)
    exports.Set(each.name, Napi::Function::New(exports.Env(), each.answer, each.name, self));
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
  add_answers(exports, self);
  exports.Set("kernels", kernel_names(env));
  exports.Set("arguments", self->make_argument_array());
  return exports;
}

}  // namespace

// The macro defines the function of this name that Node looks up.
NODE_API_MODULE(cresset, initialize)

}  // namespace cresset::binding
