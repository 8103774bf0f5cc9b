#include "runtime/handover.h"

#include <atomic>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

#include "test.h"

namespace cresset::test {
namespace {

int owner_a, owner_b;

// A block whose bytes are all `value`.
double filled(BlockTable& table, size_t bytes, int value) {
  double id = table.allocate(bytes, &owner_a);
  std::memset(table.find(id)->allocation.data, value, bytes);
  return id;
}

double send(BlockTable& table, uint32_t sender, double id, bool keep) {
  Parcel parcel;
  return table.give(*table.find(id), keep, parcel) ? post(sender, parcel) : 0;
}

double receive(BlockTable& table, double token) {
  Parcel parcel;
  return take(token, parcel) ? table.receive(parcel, &owner_b) : 0;
}

TEST(handover_moves_a_block) {
  uint32_t sender = open_sender();
  BlockTable from, to;
  double id = filled(from, 1000, 7);
  uint8_t* data = from.find(id)->allocation.data;
  size_t in_use = allocator_stats().in_use;
  double token = send(from, sender, id, false);
  CHECK_EQ(from.find(id) == nullptr, true);
  CHECK_EQ(from.live_blocks(), size_t{0});
  CHECK_EQ(from.live_bytes(), size_t{0});
  double received = receive(to, token);
  CHECK_EQ(to.find(received)->allocation.data == data, true);
  CHECK_EQ(to.find(received)->bytes, size_t{1000});
  CHECK_EQ(data[999], uint8_t{7});
  CHECK_EQ(to.live_blocks(), size_t{1});
  CHECK_EQ(allocator_stats().in_use, in_use);
  CHECK_EQ(receive(to, token), 0.0);
  close_sender(sender);
  CHECK_EQ(data[0], uint8_t{7});
  to.release(*to.find(received));
  CHECK_EQ(allocator_stats().in_use < in_use, true);
}

TEST(handover_shares_a_block) {
  uint32_t sender = open_sender();
  size_t before = allocator_stats().in_use, pinned = pinned_bytes();
  {
    BlockTable from, first, second;
    double id = filled(from, 5000, 3);
    uint8_t* data = from.find(id)->allocation.data;
    double a = receive(first, send(from, sender, id, true));
    double b = receive(second, send(from, sender, id, true));
    CHECK_EQ(first.find(a)->allocation.data == data && second.find(b)->allocation.data == data, true);
    from.release(*from.find(id));
    first.release(*first.find(a));
    CHECK_EQ(data[4999], uint8_t{3});
    CHECK_EQ(pinned_bytes() > pinned, true);
    // A holder may send it on without keeping it.
    double c = receive(first, send(second, sender, b, false));
    CHECK_EQ(second.find(b) == nullptr, true);
    CHECK_EQ(first.find(c)->allocation.data == data, true);
  }
  CHECK_EQ(allocator_stats().in_use, before);
  CHECK_EQ(pinned_bytes(), pinned);
  close_sender(sender);
}

TEST(handover_gives_back_what_nobody_took) {
  size_t before = allocator_stats().in_use;
  uint32_t sender = open_sender(), other = open_sender();
  CHECK_EQ(is_open(sender), true);
  BlockTable from;
  double moved = send(from, sender, filled(from, 100, 1), false);
  double kept_id = filled(from, 100, 2);
  double kept = send(from, sender, kept_id, true);
  double others = send(from, other, filled(from, 100, 3), false);
  close_sender(sender);
  CHECK_EQ(is_open(sender), false);
  CHECK_EQ(receive(from, moved), 0.0);
  CHECK_EQ(receive(from, kept), 0.0);
  CHECK_EQ(from.find(kept_id)->allocation.data[99], uint8_t{2});
  double received = receive(from, others);
  CHECK_EQ(from.find(received)->allocation.data[0], uint8_t{3});
  from.release(*from.find(received));
  from.release(*from.find(kept_id));
  CHECK_EQ(allocator_stats().in_use, before);
  Parcel parcel;
  CHECK_EQ(post(sender, parcel), 0.0);
  close_sender(other);
}

TEST(handover_bears_any_token) {
  Parcel parcel;
  const double infinity = std::numeric_limits<double>::infinity();
  for (double token : {0.0, -1.0, 0.5, 1e15, 9007199254740992.0, 1e300, infinity, -infinity, std::nan("")}) {
    CHECK_EQ(take(token, parcel), false);
    CHECK_EQ(is_open(token), false);
  }
  uint32_t sender = open_sender();
  BlockTable table;
  double token = send(table, sender, filled(table, 10, 1), false);
  CHECK_EQ(take(token + 0.5, parcel), false);
  CHECK_EQ(take(token + 1, parcel), false);
  CHECK_EQ(take(token, parcel), true);
  give_back(parcel);
  std::vector<float> users(4);
  Block* external = table.find(table.adopt(&owner_a, users.data()));
  CHECK_EQ(table.give(*external, false, parcel), false);
  CHECK_EQ(table.give(*external, true, parcel), false);
  close_sender(sender);
  close_sender(sender);
}

struct Contest {
  const std::vector<double>& tokens;
  std::atomic<int>& taken;
  void operator()() const {
    BlockTable table;
    for (double token : tokens)
      if (receive(table, token) != 0) taken++;
  }
};

TEST(handover_gives_each_parcel_to_one_of_many_threads) {
  size_t before = allocator_stats().in_use;
  uint32_t sender = open_sender();
  BlockTable from;
  std::vector<double> tokens;
  for (int i = 0; i < 2000; i++) tokens.push_back(send(from, sender, filled(from, 64, i & 255), i % 2 == 0));
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++) threads.emplace_back(Contest{tokens, taken});
  for (auto& each : threads) each.join();
  CHECK_EQ(taken.load(), 2000);
  from.sweep(true, [](Block&) { return true; });
  CHECK_EQ(allocator_stats().in_use, before);
  close_sender(sender);
}

}  // namespace
}  // namespace cresset::test
