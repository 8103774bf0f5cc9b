// The C++ runtimes bring a reader of mangled names along, a twentieth of the addon, to word the message of
// std::terminate. This one, found first, says that it cannot (status -1: out of memory), and the message has the mangled
// name.
#if defined(__GNUC__) && !defined(_MSC_VER)

#include <cstddef>

extern "C" char* __cxa_demangle(const char*, char*, size_t*, int* status) {
  if (status != nullptr) *status = -1;
  return nullptr;
}

#endif
