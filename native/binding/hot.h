#pragma once
#include <node_api.h>

// The calls an operation makes, in plain Node-API: each costs tens of nanoseconds. Their data pointer is the Environment.
// They bear any arguments: what they cannot read they answer with 0, false or 1 for "failed", and last_error says why.
namespace cresset::binding {

// run(kernel, argument count): 0 when done, 1 when it failed.
napi_value run(napi_env env, napi_callback_info info);
// beside_next_run(function): the next run() calls it once, while other threads already compute, or else when the kernel
// is done. Anything but a function takes that back. Within the call the functions of hot.cc see no arguments and no block goes.
napi_value beside_next_run(napi_env env, napi_callback_info info);
// allocate(storage, bytes): an id, or 0 when there is no memory.
napi_value allocate(napi_env env, napi_callback_info info);
// adopt(storage, typed array): an id for the user's memory.
napi_value adopt(napi_env env, napi_callback_info info);
// release(id): was there such a block?
napi_value release(napi_env env, napi_callback_info info);
// hand_over(id, keep?): a token of the block's memory for another thread, or 0.
napi_value hand_over(napi_env env, napi_callback_info info);
// take_over(storage, token): an id for the memory the token stands for, or 0.
napi_value take_over(napi_env env, napi_callback_info info);
// sweep(everything): the bytes that live on.
napi_value sweep(napi_env env, napi_callback_info info);
// buffer(id): an ArrayBuffer over the block, or undefined.
napi_value buffer(napi_env env, napi_callback_info info);
// transfer(id, byte offset, typed array, into the block?): copies all of the typed array's bytes in or out; 0 when done.
napi_value transfer(napi_env env, napi_callback_info info);

}  // namespace cresset::binding
