#pragma once
#include <node_api.h>

#include <string>

#include "runtime/blocks.h"
#include "runtime/call.h"
#include "runtime/handover.h"

namespace cresset::binding {

constexpr int64_t kArguments = 1 << 15;

// False where the runtime is said to forbid external ArrayBuffers: CRESSET_EXTERNAL_BUFFERS=0.
bool external_buffers();

// Everything one napi_env owns. A thread can hold several (Jest loads the addon once per test file), a process several
// threads.
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
  // The token of the block's memory, for the environment of another thread; 0 (with last_error set) when it cannot be
  // sent. The block is gone then, or with `keep` one holder of the memory among others.
  double hand_over(double id, bool keep);
  // A block of the memory a token stands for; 0 when it stands for none.
  double take_over(napi_value storage, double token);
  // An external ArrayBuffer over the block; null (with last_error set) when that cannot be.
  napi_value buffer(double id);
  // A function for the next run() to call while other threads already compute, or after it; null for none.
  void set_beside(napi_value function);
  void call_beside();
  bool has_beside() const { return beside_ != nullptr; }
  // True within such a call. No block may go then, for the kernel holds their addresses.
  static bool is_beside();
  // The Float64Array through which arguments and results pass. Its memory belongs to the environment, so that detaching
  // it harms nobody; where external buffers are forbidden it is V8's, and its place is asked for at each use.
  napi_value make_argument_array();
  double* arguments();
  bool owns_arguments() const { return lent_arguments_ == nullptr; }

  napi_env env;
  BlockTable blocks;
  const uint32_t sender = open_sender();
  std::string last_error;
  // For profilers: of the last kernel that ran, and all blocks and bytes that were ever allocated.
  CallWork work;
  double allocations = 0, allocated = 0;

 private:
  double* owned_arguments_;
  napi_ref lent_arguments_ = nullptr;
  napi_ref beside_ = nullptr;
  bool is_dead(const Block& block);
  void drop_references(const Block& block);
};

}  // namespace cresset::binding
