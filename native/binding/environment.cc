#include "binding/environment.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "runtime/parallel.h"

namespace cresset::binding {
namespace {

thread_local std::vector<Environment*>* thread_environments = nullptr;
std::atomic<int> threads{0};
thread_local bool beside = false;

void on_buffer_collected(napi_env, void*, void* hint) { unpin(static_cast<Pin*>(hint)); }

}  // namespace

bool external_buffers() {
  static const bool allowed = [] {
    const char* given = std::getenv("CRESSET_EXTERNAL_BUFFERS");
    return given == nullptr || std::strcmp(given, "0") != 0;
  }();
  return allowed;
}

Environment::Environment(napi_env environment) : env(environment), owned_arguments_(new double[kArguments]()) {
  if (thread_environments == nullptr) {
    thread_environments = new std::vector<Environment*>;
    threads++;
  }
  thread_environments->push_back(this);
}

Environment::~Environment() {
  auto& all = *thread_environments;
  all.erase(std::remove(all.begin(), all.end(), this), all.end());
  if (all.empty()) {
    delete thread_environments;
    thread_environments = nullptr;
    threads--;
  }
  // The environment is going down: its references die with it, so only the memory is given back (by ~BlockTable).
  close_sender(sender);
  delete[] owned_arguments_;
}

Memory Environment::resolve(double id) {
  Block* block = blocks.find(id);
  if (block == nullptr) Call::fail("the tensor's memory was released (dispose(), using, or torch.scope())");
  if (block->kind != Block::Kind::external) return {block->allocation.data, block->bytes};
  // The user's memory can move or vanish (detach, resize) at any time: ask again at every call, and call nobody meanwhile.
  beside_next_region(nullptr, nullptr);
  napi_value array;
  napi_typedarray_type type;
  size_t length;
  void* data;
  if (napi_get_reference_value(env, static_cast<napi_ref>(block->user_memory), &array) != napi_ok || array == nullptr ||
      napi_get_typedarray_info(env, array, &type, &length, &data, nullptr, nullptr) != napi_ok || data == nullptr)
    Call::fail("the ArrayBuffer behind this tensor was detached");
  static constexpr size_t kItem[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  if (length == 0) Call::fail("the ArrayBuffer behind this tensor was detached");
  return {static_cast<uint8_t*>(data), length * kItem[std::min<size_t>(type, 10)]};
}

// A block lives as long as its owner, a weak reference to its Storage, leads somewhere.
bool Environment::is_dead(const Block& block) {
  napi_value storage = nullptr;
  napi_get_reference_value(env, static_cast<napi_ref>(block.owner), &storage);
  return storage == nullptr;
}

void Environment::drop_references(const Block& block) {
  napi_delete_reference(env, static_cast<napi_ref>(block.owner));
  if (block.user_memory != nullptr) napi_delete_reference(env, static_cast<napi_ref>(block.user_memory));
}

int Environment::thread_count() { return threads; }

void Environment::sweep_thread(bool everything) {
  for (Environment* environment : *thread_environments) {
    // One handle scope for every few hundred look-ups keeps the handle stack small.
    napi_handle_scope scope = nullptr;
    int open = 0;
    environment->blocks.sweep(everything, [&](Block& block) {
      if (open == 0) napi_open_handle_scope(environment->env, &scope);
      bool dead = environment->is_dead(block);
      if (++open == 512) {
        napi_close_handle_scope(environment->env, scope);
        open = 0;
      }
      if (dead) environment->drop_references(block);
      return dead;
    });
    if (open != 0) napi_close_handle_scope(environment->env, scope);
  }
}

double Environment::allocate(napi_value storage, size_t bytes) {
  napi_ref owner = nullptr;
  if (napi_create_reference(env, storage, 0, &owner) != napi_ok) return 0;
  double id = blocks.allocate(bytes, owner);
  if (id == 0) {
    napi_delete_reference(env, owner);
    return 0;
  }
  allocations++;
  allocated += static_cast<double>(bytes);
  return id;
}

double Environment::adopt(napi_value storage, napi_value typed_array) {
  napi_ref owner = nullptr, array = nullptr;
  if (napi_create_reference(env, storage, 0, &owner) != napi_ok) return 0;
  double id = 0;
  if (napi_create_reference(env, typed_array, 1, &array) == napi_ok) id = blocks.adopt(owner, array);
  if (id == 0) {
    napi_delete_reference(env, owner);
    if (array != nullptr) napi_delete_reference(env, array);
  }
  return id;
}

bool Environment::release(double id) {
  Block* block = blocks.find(id);
  if (block == nullptr) return false;
  drop_references(*block);
  blocks.release(*block);
  return true;
}

double Environment::hand_over(double id, bool keep) {
  Block* block = blocks.find(id);
  if (block == nullptr) {
    last_error = "the tensor's memory was released (dispose(), using, or torch.scope())";
    return 0;
  }
  if (block->kind == Block::Kind::external) {
    last_error = "memory of a typed array cannot be handed over";
    return 0;
  }
  Parcel parcel;
  if (!keep) drop_references(*block);
  blocks.give(*block, keep, parcel);
  double token = post(sender, parcel);
  if (token == 0) cresset::give_back(parcel);
  return token;
}

double Environment::take_over(napi_value storage, double token) {
  napi_ref owner = nullptr;
  if (napi_create_reference(env, storage, 0, &owner) != napi_ok) return 0;
  Parcel parcel;
  if (take(token, parcel)) {
    double id = blocks.receive(parcel, owner);
    if (id != 0) return id;
    cresset::give_back(parcel);
  }
  napi_delete_reference(env, owner);
  return 0;
}

void Environment::set_beside(napi_value function) {
  if (beside_ != nullptr) napi_delete_reference(env, std::exchange(beside_, nullptr));
  if (function != nullptr) napi_create_reference(env, function, 1, &beside_);
}

// What the function throws, run() throws.
void Environment::call_beside() {
  napi_value function = nullptr, self = nullptr, result = nullptr;
  napi_get_reference_value(env, beside_, &function);
  set_beside(nullptr);
  napi_get_undefined(env, &self);
  beside = true;
  napi_call_function(env, self, function, 0, nullptr, &result);
  beside = false;
}

bool Environment::is_beside() { return beside; }

napi_value Environment::make_argument_array() {
  napi_value memory = nullptr, array = nullptr;
  size_t bytes = kArguments * sizeof(double);
  if (!external_buffers() ||
      napi_create_external_arraybuffer(env, owned_arguments_, bytes, nullptr, nullptr, &memory) != napi_ok) {
    napi_create_arraybuffer(env, bytes, nullptr, &memory);
    napi_create_reference(env, memory, 1, &lent_arguments_);
  }
  napi_create_typedarray(env, napi_float64_array, kArguments, memory, 0, &array);
  return array;
}

double* Environment::arguments() {
  if (lent_arguments_ == nullptr) return owned_arguments_;
  napi_value memory = nullptr;
  void* data = nullptr;
  size_t bytes = 0;
  napi_get_reference_value(env, lent_arguments_, &memory);
  napi_get_arraybuffer_info(env, memory, &data, &bytes);
  return bytes == kArguments * sizeof(double) ? static_cast<double*>(data) : owned_arguments_;
}

napi_value Environment::buffer(double id) {
  Block* block = blocks.find(id);
  if (block == nullptr || block->kind == Block::Kind::external || block->bytes == 0) {
    last_error = "this block cannot be shown as an ArrayBuffer";
    return nullptr;
  }
  if (!external_buffers()) {
    last_error = "external";
    return nullptr;
  }
  Pin* shared = blocks.share(*block);
  hold(shared);
  napi_value made = nullptr;
  napi_status status =
      napi_create_external_arraybuffer(env, block->allocation.data, block->bytes, on_buffer_collected, shared, &made);
  if (status != napi_ok) {
    unpin(shared);
    last_error = status == napi_no_external_buffers_allowed ? "external" : "the ArrayBuffer could not be made";
    return nullptr;
  }
  return made;
}

}  // namespace cresset::binding
