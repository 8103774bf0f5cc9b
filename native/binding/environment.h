#pragma once
#include <node_api.h>

#include <string>

#include "runtime/blocks.h"
#include "runtime/call.h"

namespace cresset::binding {

constexpr int64_t kArguments = 1 << 15;

// Everything one napi_env owns. A thread can hold several (Jest loads the addon once per test file), a process several threads.
class Environment final : public Resolver {
 public:
  explicit Environment(napi_env env);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  Memory resolve(double id) override;

  // Releases the blocks of every environment of this thread whose Storage the collector has taken.
  static void sweep_thread(bool everything);

  // How many threads of the process hold an environment: they share the memory budget.
  static int thread_count();

  double allocate(napi_value storage, size_t bytes);
  double adopt(napi_value storage, napi_value typed_array);
  bool release(double id);
  // An external ArrayBuffer over the block; null (with last_error set) when that cannot be.
  napi_value buffer(double id);
  // The Float64Array through which arguments and results pass. Its memory belongs to the environment, so that detaching it harms
  // nobody; where external buffers are forbidden it is V8's, and its place is asked for at each use.
  napi_value make_argument_array();
  double* arguments();

  napi_env env;
  BlockTable blocks;
  std::string last_error;

 private:
  double* owned_arguments_;
  napi_ref lent_arguments_ = nullptr;
  bool is_dead(const Block& block);
  void drop_references(const Block& block);
};

}  // namespace cresset::binding
