#pragma once
#include <cstdint>

namespace cresset {

// Where a generator stands. Random numbers are a pure function of (seed, offset, index of the element), so a fill gives
// the same values on any number of threads. Whoever draws n counters adds n to the offset.
struct RandomStream {
  uint64_t seed;
  uint64_t offset;
};

// Four random words out of one 128-bit counter: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", 2011).
struct PhiloxWords {
  uint32_t word[4];
};

namespace detail {

// Inlined into loops that the compiler then vectorizes for their own instruction set.
template <int kRounds>
inline __attribute__((always_inline)) PhiloxWords philox_rounds(PhiloxWords c, uint32_t key0, uint32_t key1) {
  if constexpr (kRounds == 0) {
    return c;
  } else {
    uint64_t product0 = uint64_t{0xD2511F53} * c.word[0], product1 = uint64_t{0xCD9E8D57} * c.word[2];
    PhiloxWords next = {{static_cast<uint32_t>(product1 >> 32) ^ c.word[1] ^ key0, static_cast<uint32_t>(product1),
                         static_cast<uint32_t>(product0 >> 32) ^ c.word[3] ^ key1, static_cast<uint32_t>(product0)}};
    return philox_rounds<kRounds - 1>(next, key0 + 0x9E3779B9, key1 + 0xBB67AE85);
  }
}

}  // namespace detail

inline __attribute__((always_inline)) PhiloxWords philox(uint64_t seed, uint64_t counter, uint64_t counter_high) {
  PhiloxWords words = {{static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32),
                        static_cast<uint32_t>(counter_high), static_cast<uint32_t>(counter_high >> 32)}};
  return detail::philox_rounds<10>(words, static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32));
}

}  // namespace cresset
