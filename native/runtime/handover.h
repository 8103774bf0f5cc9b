#pragma once
#include <cstddef>
#include <cstdint>

#include "runtime/blocks.h"

namespace cresset {

// Memory on its way from one thread's block table to another's. The sender posts a parcel and sends its token by any
// means it likes; who names the token first has the parcel. Tokens are numbers that are never used twice, so a wrong or
// stale one finds nothing.
struct Parcel {
  Allocation allocation;
  size_t bytes = 0;    // as asked for by the block's maker
  Pin* pin = nullptr;  // the memory has other holders; this parcel is one of them
};

// Who posts. What nobody took goes back when its sender closes.
uint32_t open_sender();
void close_sender(uint32_t sender);
bool is_open(double sender);

// Token, 0 when the sender is closed (the parcel stays the caller's).
double post(uint32_t sender, const Parcel& parcel);
bool take(double token, Parcel& parcel);
void give_back(const Parcel& parcel);

}  // namespace cresset
