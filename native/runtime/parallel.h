#pragma once
#include <cstdint>

namespace cresset {

int num_threads();
// At most 256; below 1 means CRESSET_NUM_THREADS, or else as many as this process may run at once.
void set_num_threads(int count);

// Calls work(data) once, on this thread, when its next region has been given to other threads and before it takes part
// itself. A later call replaces an earlier one; null takes it back, and true says that it was still to come.
bool beside_next_region(void (*work)(void* data), void* data);

namespace detail {
using ChunkFunction = void (*)(const void* body, int64_t begin, int64_t end);
void run_chunks(int64_t n, int64_t grain, ChunkFunction function, const void* body);
template <class Body>
void chunk(const void* body, int64_t begin, int64_t end) {
  (*static_cast<const Body*>(body))(begin, end);
}
}  // namespace detail

// Calls body(begin, end) once for every chunk [k·grain, min(n, (k+1)·grain)) of [0, n), on any thread, in any order. The
// chunk edges depend on n and grain alone, never on the number of threads, so a body that writes by chunk index gives the
// same bits for any thread count. Nested calls run on the calling thread. The body must not throw; it is a functor (lambdas
// do not inherit an instruction set's target region).
template <class Body>
void parallel_for(int64_t n, int64_t grain, const Body& body) {
  if (n <= 0) return;
  if (n <= grain) return body(0, n);
  detail::run_chunks(n, grain, &detail::chunk<Body>, &body);
}

}  // namespace cresset
