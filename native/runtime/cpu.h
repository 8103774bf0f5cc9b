#pragma once

namespace cresset {

enum class Isa { scalar, avx2, avx512, neon };

// The instruction set the kernels run on: the best this machine has, or CRESSET_ISA. Chosen once, when the addon loads.
Isa isa();
const char* isa_name(Isa isa);
// Null when `name` can be used here, else why it cannot ("unknown", "not supported by this machine").
const char* select_isa(const char* name);

}  // namespace cresset
