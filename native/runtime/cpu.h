#pragma once

namespace cresset {

enum class Isa { scalar, avx2, avx512, neon };

// The instruction set the kernels run on: the best this machine has, or CRESSET_ISA. Chosen once, when the addon loads.
Isa isa();
const char* isa_name(Isa isa);
// Null, or why CRESSET_ISA cannot be used here ("unknown", "not supported by this machine"). The addon then refuses to
// load.
const char* isa_error();
// Switches to `name` (tests do); null, or why it cannot be used. Not while kernels run.
const char* select_isa(const char* name);

}  // namespace cresset
