#include "runtime/allocator.h"
#include "test.h"

namespace {

TEST(a_freed_block_serves_the_next_of_its_class) {
  empty_cache();
  Allocation first = allocate(5000);
  deallocate(first);
  Allocation second = allocate(5100);
  CHECK(second.data == first.data);
  deallocate(second);
}

TEST(a_smaller_request_takes_a_free_block_of_less_than_twice_its_size) {
  empty_cache();
  Allocation large = allocate(7000);
  deallocate(large);
  size_t asked = allocator_stats().system_allocations;
  Allocation smaller = allocate(4000);
  CHECK(smaller.data == large.data && smaller.bytes == large.bytes);
  CHECK(allocator_stats().system_allocations == asked);
  deallocate(smaller);
  Allocation small = allocate(3000);
  CHECK(small.data != large.data && small.bytes < large.bytes);
  deallocate(small);
  empty_cache();
  CHECK(allocator_stats().cached == 0);
}

}  // namespace
