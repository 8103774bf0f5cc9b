#include <utility>

#include "random_bits.h"
#include "test.h"

namespace {

RandomBits random_bits(12);

std::vector<double> widened(const std::vector<float>& values) { return {values.begin(), values.end()}; }

void check_near(const std::vector<float>& found, const std::vector<double>& expected, double bound) {
  for (size_t i = 0; i < expected.size(); i++) CHECK_NEAR(found[i], expected[i], bound);
}

// Whatever the numbers say, as long as the memory is there: places outside of the input are zeros.
TEST(conv_of_three_by_three_is_the_same_in_both_precisions) {
  const std::vector<int64_t> paddings = {0, 1, 2, 3, 7, int64_t{1} << 31};
  for (int i = 0; i < 60; i++) {
    const auto any = [](int64_t from, int64_t to) {
      return from + static_cast<int64_t>(random_bits()) % (to - from + 1);
    };
    const int64_t images = any(1, 4), in = any(15, 34), out = any(15, 34), height = any(1, 9), width = any(1, 20);
    const int64_t grid_height = any(1, 11), grid_width = any(1, 20);
    const std::vector<float> x = random_bits.values<float>(images * in * height * width),
                             w = random_bits.values<float>(out * in * 9),
                             g = random_bits.values<float>(images * out * grid_height * grid_width),
                             b = random_bits.values<float>(out);
    std::vector<double> geometry = {double(images), 1, double(in), double(out)};
    for (const auto& [input, output] : {std::pair{height, grid_height}, std::pair{width, grid_width}}) {
      const int64_t padding = paddings[random_bits() % paddings.size()];
      geometry.insert(geometry.end(), {double(input), 3, double(output), 1, double(padding), 1});
    }
    const auto arguments = [&](double dtype, const std::vector<double>& rest) {
      std::vector<double> all = {dtype};
      all.insert(all.end(), geometry.begin(), geometry.end());
      all.insert(all.end(), rest.begin(), rest.end());
      return all;
    };
    FakeBlocks blocks;
    std::vector<float> x32 = x, w32 = w, g32 = g, b32 = b, y(g.size()), dx(x.size()), dw(w.size()), db(b.size());
    std::vector<double> x64 = widened(x), w64 = widened(w), g64 = widened(g), b64 = widened(b), y64(g.size()),
                        dx64(x.size()), dw64(w.size()), db64(b.size());
    const double in_x = blocks.add(x32), in_w = blocks.add(w32), in_g = blocks.add(g32), in_b = blocks.add(b32);
    const double in_x64 = blocks.add(x64), in_w64 = blocks.add(w64), in_g64 = blocks.add(g64), in_b64 = blocks.add(b64);
    call("conv", arguments(f32, {in_x, 0, in_w, 0, blocks.add(y), 0, in_b, 0, 0, 0, 0, 0}), blocks);
    call("conv", arguments(f64, {in_x64, 0, in_w64, 0, blocks.add(y64), 0, in_b64, 0, 0, 0, 0, 0}), blocks);
    check_near(y, y64, 1e-4);
    call("conv_input_gradient", arguments(f32, {in_g, 0, in_w, 0, blocks.add(dx), 0, 0, 0}), blocks);
    call("conv_input_gradient", arguments(f64, {in_g64, 0, in_w64, 0, blocks.add(dx64), 0, 0, 0}), blocks);
    check_near(dx, dx64, 1e-4);
    call("conv_weight_gradient", arguments(f32, {in_g, 0, in_x, 0, blocks.add(dw), 0, blocks.add(db), 0}), blocks);
    call("conv_weight_gradient", arguments(f64, {in_g64, 0, in_x64, 0, blocks.add(dw64), 0, blocks.add(db64), 0}),
         blocks);
    check_near(dw, dw64, 1e-4);
    check_near(db, db64, 1e-4);
  }
}

}  // namespace
