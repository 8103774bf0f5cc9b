#include <cstring>

#include "runtime/cpu.h"
#include "simd/vector.h"
#include "test.h"

namespace cresset {
// What each instruction set says of itself.
struct Probe {
  const char* name;
  int lanes;
};
}  // namespace cresset

#define CRESSET_PROBE_STRING(text) #text
#define CRESSET_PROBE_TEXT(macro) CRESSET_PROBE_STRING(macro)
#define CRESSET_SOURCE "cpu_probe.inc"
#include "simd/foreach_isa.h"

namespace {

TEST(an_unknown_or_unsupported_instruction_set_is_refused) {
  Settings settings;
  std::string before = isa_name(isa());
  CHECK_EQ(std::string(select_isa("sse9")), "unknown");
  CHECK_EQ(std::string(select_isa("")), "unknown");
#if CRESSET_X86
  CHECK_EQ(std::string(select_isa("neon")), "not supported by this machine");
#else
  CHECK_EQ(std::string(select_isa("avx512")), "not supported by this machine");
#endif
  CHECK_EQ(std::string(isa_name(isa())), before);
}

TEST(the_chosen_instruction_set_is_the_one_that_runs) {
  Settings settings;
  for (const std::string& name : isas()) {
    settings.use(name, 1);
    CHECK_EQ(std::string(isa_name(isa())), name);
    CHECK_EQ(std::string(CRESSET_SELECT(probe)->name), name);
    int lanes = name == "avx512" ? 16 : name == "avx2" ? 8 : name == "neon" ? 4 : 1;
    CHECK_EQ(CRESSET_SELECT(probe)->lanes, lanes);
  }
}

}  // namespace
