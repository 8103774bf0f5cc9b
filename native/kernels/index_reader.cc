#include "kernels/index_reader.h"

namespace cresset {

IndexReader::IndexReader(Call& call, int64_t n) : dtype_(call.dtype()), data_(nullptr) {
  if (dtype_ != Dtype::int64 && dtype_ != Dtype::int32 && dtype_ != Dtype::uint8)
    Call::fail("indices must be int64, int32 or uint8");
  data_ = call.contiguous(dtype_, n);
}

void IndexFault::report(int64_t position, int64_t value) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (position_ >= 0 && position_ < position) return;
  position_ = position;
  value_ = value;
}

void IndexFault::raise(const char* what, int64_t bound) const {
  if (position_ < 0) return;
  Call::fail(std::string(what) + " " + std::to_string(value_) + " is out of range [0, " + std::to_string(bound) + ")");
}

}  // namespace cresset
