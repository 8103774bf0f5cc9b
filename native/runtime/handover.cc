#include "runtime/handover.h"

#include <mutex>
#include <unordered_map>
#include <unordered_set>

namespace cresset {
namespace {

struct Posted {
  Parcel parcel;
  uint32_t sender;
};

struct Office {
  std::mutex mutex;
  std::unordered_map<uint64_t, Posted> parcels;
  std::unordered_set<uint32_t> senders;
  uint64_t last_token = 0;
  uint32_t last_sender = 0;
};

// Never destroyed: worker threads may outlive static destruction.
Office& office() {
  static Office* instance = new Office;
  return *instance;
}

constexpr double kMostTokens = 9007199254740992.0;

}  // namespace

uint32_t open_sender() {
  Office& o = office();
  std::lock_guard<std::mutex> lock(o.mutex);
  o.senders.insert(++o.last_sender);
  return o.last_sender;
}

void close_sender(uint32_t sender) {
  Office& o = office();
  std::lock_guard<std::mutex> lock(o.mutex);
  o.senders.erase(sender);
  for (auto each = o.parcels.begin(); each != o.parcels.end();) {
    if (each->second.sender == sender) {
      give_back(each->second.parcel);
      each = o.parcels.erase(each);
    } else {
      ++each;
    }
  }
}

bool is_open(double sender) {
  if (!(sender >= 1 && sender <= UINT32_MAX)) return false;
  Office& o = office();
  std::lock_guard<std::mutex> lock(o.mutex);
  return o.senders.count(static_cast<uint32_t>(sender)) != 0;
}

double post(uint32_t sender, const Parcel& parcel) {
  Office& o = office();
  std::lock_guard<std::mutex> lock(o.mutex);
  if (o.senders.count(sender) == 0) return 0;
  o.parcels.emplace(++o.last_token, Posted{parcel, sender});
  return static_cast<double>(o.last_token);
}

bool take(double token, Parcel& parcel) {
  if (!(token >= 1 && token < kMostTokens)) return false;
  auto whole = static_cast<uint64_t>(token);
  if (static_cast<double>(whole) != token) return false;
  Office& o = office();
  std::lock_guard<std::mutex> lock(o.mutex);
  auto found = o.parcels.find(whole);
  if (found == o.parcels.end()) return false;
  parcel = found->second.parcel;
  o.parcels.erase(found);
  return true;
}

void give_back(const Parcel& parcel) {
  if (parcel.pin != nullptr)
    unpin(parcel.pin);
  else
    deallocate(parcel.allocation);
}

}  // namespace cresset
