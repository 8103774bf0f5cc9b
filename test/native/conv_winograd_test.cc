#include "kernels/conv_winograd.h"

#include <array>
#include <cstdlib>
#include <limits>

#include "kernels/gemm.h"
#include "kernels/winograd_plan.h"
#include "random_bits.h"
#include "test.h"

namespace {

RandomBits random_bits(11);

template <size_t kSize>
using Square = std::array<std::array<float, kSize>, kSize>;

// The transforms to the letter; all numbers of the result depend on the order of these sums. With kSide points; what has as
// many places are an operand's.
template <int kSide, size_t kFrom>
std::array<float, kSide> to_points(const std::array<float, kFrom>& d) {
  if constexpr (kSide == 4 && kFrom == 4) {
    return {d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]};
  } else if constexpr (kSide == 4 && kFrom == 3) {
    return {d[0], (d[0] + d[2] + d[1]) * 0.5f, (d[0] + d[2] - d[1]) * 0.5f, d[2]};
  } else if constexpr (kSide == 4) {
    return {d[0], d[0] + d[1], d[0] - d[1], -d[1]};
  } else if constexpr (kFrom == 3) {
    return {d[0] - d[1], d[1], d[1] - d[2]};
  } else {
    return {d[0], d[0] + d[1], d[1]};
  }
}
template <int kTo, size_t kSide>
std::array<float, kTo> from_points(const std::array<float, kSide>& s) {
  if constexpr (kSide == 3) {
    return {s[0] + s[1], s[1] - s[2]};
  } else if constexpr (kTo == 2) {
    return {s[0] + s[1] + s[2], s[1] - s[2] - s[3]};
  } else {
    const float middle = (s[1] + s[2]) * 0.5f;
    return {s[0] + middle, (s[1] - s[2]) * 0.5f, middle + s[3]};
  }
}

// Down the columns, then along the rows: `from` is what transform() makes of a column or a row.
template <size_t kFrom, size_t kTo, class Transform>
Square<kTo> in_two_dimensions(const Square<kFrom>& from, Transform transform) {
  std::array<std::array<float, kFrom>, kTo> columns;
  for (size_t j = 0; j < kFrom; j++) {
    std::array<float, kFrom> column;
    for (size_t i = 0; i < kFrom; i++) column[i] = from[i][j];
    const std::array<float, kTo> result = transform(column);
    for (size_t i = 0; i < kTo; i++) columns[i][j] = result[i];
  }
  Square<kTo> to;
  for (size_t i = 0; i < kTo; i++) to[i] = transform(columns[i]);
  return to;
}
template <int kSide, size_t kFrom>
Square<kSide> square_to_points(const Square<kFrom>& from) {
  return in_two_dimensions<kFrom, kSide>(from, [](const auto& row) { return to_points<kSide>(row); });
}
template <int kTo, size_t kSide>
Square<kTo> square_from_points(const Square<kSide>& points) {
  return in_two_dimensions<kSide, kTo>(points, [](const auto& row) { return from_points<kTo>(row); });
}

struct Planes {
  int64_t images, channels, height, width, padding_y = 0, padding_x = 0;
  std::vector<float> values;

  Planes(int64_t images_, int64_t channels_, int64_t height_, int64_t width_, int64_t pad_y, int64_t pad_x)
      : images(images_),
        channels(channels_),
        height(height_),
        width(width_),
        padding_y(pad_y),
        padding_x(pad_x),
        values(random_bits.values<float>(images * channels * height * width)) {}
  WinogradPlanes get() const { return {values.data(), images, channels, height, width, padding_y, padding_x}; }
  // Every `stride`-th place from (first_y, first_x) on.
  template <size_t kSize>
  Square<kSize> tile(int64_t image, int64_t channel, int64_t first_y, int64_t first_x, int64_t stride) const {
    Square<kSize> places;
    for (int64_t i = 0; i < static_cast<int64_t>(kSize); i++) {
      for (int64_t j = 0; j < static_cast<int64_t>(kSize); j++) {
        const int64_t y = first_y - padding_y + stride * i, x = first_x - padding_x + stride * j;
        const bool inside = y >= 0 && y < height && x >= 0 && x < width;
        places[i][j] = inside ? values[((image * channels + channel) * height + y) * width + x] : 0.0f;
      }
    }
    return places;
  }
};

// One chain of products after the other, as gemm.h says.
template <size_t kSide>
struct Sums {
  Square<kSide> total{}, chain{};
  bool first = true;

  void add(const Square<kSide>& a, const Square<kSide>& b) {
    for (size_t i = 0; i < kSide; i++) {
      for (size_t j = 0; j < kSide; j++) chain[i][j] = std::fma(a[i][j], b[i][j], chain[i][j]);
    }
  }
  void end_chain() {
    for (size_t i = 0; i < kSide; i++) {
      for (size_t j = 0; j < kSide; j++) total[i][j] = first ? chain[i][j] : total[i][j] + chain[i][j];
    }
    chain = {};
    first = false;
  }
};

struct Shape {
  int64_t images, in, out, height, width, padding_y, padding_x, grid_height, grid_width;

  std::string text() const {
    std::ostringstream s;
    s << images << " x " << in << " x " << height << " x " << width << " to " << out << " x " << grid_height << " x "
      << grid_width << ", padding " << padding_y << " " << padding_x;
    return s.str();
  }
};

const Shape kShapes[] = {
    {1, 3, 5, 4, 4, 1, 1, 4, 4},        {2, 16, 16, 6, 8, 1, 1, 6, 8},    {3, 17, 33, 5, 7, 1, 1, 5, 7},
    {1, 1, 1, 1, 1, 1, 1, 1, 1},        {2, 31, 65, 9, 3, 0, 0, 7, 1},    {1, 20, 8, 3, 50, 2, 3, 5, 54},
    {2, 8, 20, 12, 6, -1, -2, 8, 2},    {1, 5, 4, 2, 2, 30, 1, 6, 8},     {1, 4, 6, 3, 3, -40, -40, 5, 4},
    {1, 530, 18, 4, 6, 1, 1, 4, 6},     {1, 9, 40, 20, 20, 1, 1, 20, 20}, {60, 2, 3, 7, 7, 1, 1, 7, 7},
    {1, 16, 16, 2, 1100, 1, 1, 2, 1100}};

// Without a bias and an activation; all memory is exactly as large as it has to be.
WinogradProduct product_of(const WinogradKernel& kernel, const Shape& s, const Planes& planes,
                           const std::vector<float>& weights, bool transposed, std::vector<float>& out) {
  WinogradProduct p;
  p.kernel = kernel;
  p.planes = planes.get();
  p.rows = s.out;
  p.transposed = transposed;
  p.height = s.grid_height * p.stride_out();
  p.width = s.grid_width * p.stride_out();
  if (p.phases_out() > 1) {
    p.odd_y = s.in % 2;
    p.odd_x = s.out % 2;
    p.height -= s.in / 2 % 2;
    p.width -= s.out / 2 % 2;
  }
  p.weights = weights.data();
  out.assign(static_cast<size_t>(s.images * s.out * p.height * p.width), 99);
  p.out = out.data();
  return p;
}

template <int kTaps>
Square<kTaps> taps_of(const float* plane, const WinogradKernel& kernel, int64_t y, int64_t x, bool backwards) {
  Square<kTaps> taps;
  for (int64_t i = 0; i < kTaps; i++) {
    for (int64_t j = 0; j < kTaps; j++) {
      const int64_t row = backwards ? kTaps - 1 - i : i, column = backwards ? kTaps - 1 - j : j;
      taps[i][j] = plane[(row * kernel.stride + y) * kernel.size() + column * kernel.stride + x];
    }
  }
  return taps;
}

// Results (y, x), (y, x + stride), ...: a tile of one phase.
template <int kTaps>
void promise_tile(const WinogradProduct& p, const Planes& planes, int64_t image, int64_t y, int64_t x) {
  constexpr int kSide = kTaps + 1;
  const int64_t in = p.planes.channels, depth = gemm_depth<float>(p.depth()), plane = p.kernel.size() * p.kernel.size();
  const int64_t stride = p.stride_out(), phase_y = y % stride, phase_x = x % stride;
  const int64_t first_y = y / stride * p.stride_in() + phase_y * p.odd_y;
  const int64_t first_x = x / stride * p.stride_in() + phase_x * p.odd_x;
  std::vector<Square<kSide>> tiles;
  for (int64_t k = 0; k < p.depth(); k++) {
    const int64_t of_y = k / in / p.stride_in(), of_x = k / in % p.stride_in();
    tiles.push_back(
        square_to_points<kSide>(planes.tile<kSide>(image, k % in, first_y + of_y, first_x + of_x, p.stride_in())));
  }
  for (int64_t row = 0; row < p.rows; row++) {
    Sums<kSide> sums;
    for (int64_t k = 0; k < p.depth(); k++) {
      const int64_t c = k % in, at = p.transposed ? c * p.rows + row : row * in + c;
      const int64_t of_y = p.transposed ? (phase_y + p.odd_y) % stride : k / in / p.stride_in();
      const int64_t of_x = p.transposed ? (phase_x + p.odd_x) % stride : k / in % p.stride_in();
      const Square<kTaps> taps = taps_of<kTaps>(p.weights + at * plane, p.kernel, of_y, of_x, p.transposed);
      sums.add(tiles[static_cast<size_t>(k)], square_to_points<kSide>(taps));
      if ((k + 1) % depth == 0 || k + 1 == p.depth()) sums.end_chain();
    }
    const Square<2> places = square_from_points<2>(sums.total);
    for (int64_t i = 0; i < 2 && y + i * stride < p.height; i++) {
      for (int64_t j = 0; j < 2 && x + j * stride < p.width; j++)
        p.out[((image * p.rows + row) * p.height + y + i * stride) * p.width + x + j * stride] = places[i][j];
    }
  }
}

std::vector<float> promised_product(const WinogradKernel& kernel, const Shape& s, const Planes& planes,
                                    const std::vector<float>& weights, bool transposed) {
  std::vector<float> out;
  const WinogradProduct p = product_of(kernel, s, planes, weights, transposed, out);
  for (int64_t image = 0; image < s.images; image++) {
    for (int64_t y = 0; y < p.height; y++) {
      for (int64_t x = 0; x < p.width; x++) {
        if (y % p.tile_places() >= p.stride_out() || x % p.tile_places() >= p.stride_out()) continue;
        kernel.taps == 3 ? promise_tile<3>(p, planes, image, y, x) : promise_tile<2>(p, planes, image, y, x);
      }
    }
  }
  return out;
}

// That of the weight, then that of the bias.
template <int kTaps>
std::vector<float> promised_weight_gradient(const WinogradKernel& kernel, const Shape& s, const Planes& x,
                                            const Planes& g) {
  constexpr int kSide = kTaps + 1;
  const int64_t plane = kernel.size() * kernel.size();
  std::vector<float> out(static_cast<size_t>(s.in * s.out * plane + s.out));
  const WinogradWeightPlan plan({kernel, x.get(), g.get()}, 1);
  const EvenPieces blocks{plan.tiles.units(), plan.blocks};
  Square<kSide> ones;
  for (auto& row : ones) row.fill(1);
  for (int64_t i = 0; i < s.out * s.in * kernel.phases(); i++) {
    const int64_t phase = i % kernel.phases(), c = i / kernel.phases() % s.in, o = i / kernel.phases() / s.in;
    const int64_t phase_y = phase / kernel.stride, phase_x = phase % kernel.stride;
    Sums<kSide> sums, bias;
    for (int64_t block = 0; block < blocks.count; block++) {
      for (int64_t row = blocks.begin(block); row < blocks.end(block); row++) {
        const int64_t image = row / plan.tiles.down, y = row % plan.tiles.down * 2;
        for (int64_t place = 0; place < plan.tiles.across * 2; place += 2) {
          const Square<kSide> gradient = square_to_points<kSide>(g.tile<2>(image, o, y, place, 1));
          sums.add(square_to_points<kSide>(x.tile<kSide>(image, c, y * kernel.stride + phase_y,
                                                         place * kernel.stride + phase_x, kernel.stride)),
                   gradient);
          bias.add(ones, gradient);
        }
      }
      sums.end_chain();
      bias.end_chain();
    }
    const Square<kTaps> taps = square_from_points<kTaps>(sums.total);
    for (int64_t j = 0; j < kTaps * kTaps; j++)
      out[(o * s.in + c) * plane + (j / kTaps * kernel.stride + phase_y) * kernel.size() + j % kTaps * kernel.stride +
          phase_x] = taps[j / kTaps][j % kTaps];
    out[s.in * s.out * plane + o] = bias.total[1][1];
  }
  return out;
}

const WinogradKernel kKernels[] = {{3, 1}, {2, 2}};

std::vector<float> random_weights(const WinogradKernel& kernel, const Shape& s) {
  return random_bits.values<float>(s.in * s.out * kernel.size() * kernel.size());
}

template <class Check>
void for_each_kernel_and_shape(Check check) {
  for (const WinogradKernel& kernel : kKernels) {
    for (const Shape& s : kShapes) check(kernel, s);
  }
}

TEST(winograd_products_have_the_promised_bits) {
  for_each_kernel_and_shape([](const WinogradKernel& kernel, const Shape& s) {
    const Planes planes(s.images, s.in, s.height, s.width, s.padding_y, s.padding_x);
    const std::vector<float> weights = random_weights(kernel, s);
    for (bool transposed : {false, true}) {
      const std::vector<float> expected = promised_product(kernel, s, planes, weights, transposed);
      for_each_isa_and_threads([&] {
        std::vector<float> out;
        CHECK(winograd_product(product_of(kernel, s, planes, weights, transposed, out)));
        CHECK(out == expected);
        if (out != expected) report_failure(__FILE__, __LINE__, s.text());
      });
    }
  });
}

TEST(winograd_weight_gradients_have_the_promised_bits) {
  for_each_kernel_and_shape([](const WinogradKernel& kernel, const Shape& s) {
    if (s.in > 500) return;
    const Planes x(s.images, s.in, s.height, s.width, s.padding_y, s.padding_x);
    const Planes g(s.images, s.out, s.grid_height, s.grid_width, 0, 0);
    const std::vector<float> expected =
        kernel.taps == 3 ? promised_weight_gradient<3>(kernel, s, x, g) : promised_weight_gradient<2>(kernel, s, x, g);
    for_each_isa_and_threads([&] {
      const size_t bias_count = static_cast<size_t>(s.out);
      std::vector<float> weight_gradient(expected.size() - bias_count), bias(bias_count);
      CHECK(winograd_weight_gradient({kernel, x.get(), g.get(), weight_gradient.data(), bias.data()}));
      std::vector<float> alone(weight_gradient.size());
      CHECK(winograd_weight_gradient({kernel, x.get(), g.get(), alone.data(), nullptr}));
      CHECK(alone == weight_gradient);
      weight_gradient.insert(weight_gradient.end(), bias.begin(), bias.end());
      CHECK(weight_gradient == expected);
      if (weight_gradient != expected) report_failure(__FILE__, __LINE__, s.text());
    });
  });
}

void check_epilogue(const WinogradKernel& kernel, const Shape& s) {
  const Planes planes(s.images, s.in, s.height, s.width, s.padding_y, s.padding_x);
  const std::vector<float> weights = random_weights(kernel, s), bias = random_bits.values<float>(s.out);
  std::vector<float> expected = promised_product(kernel, s, planes, weights, false);
  std::vector<uint8_t> expected_mask((expected.size() + 7) / 8 + 1, 0);
  expected_mask.back() = 0xa5;
  for (size_t i = 0; i < expected.size(); i++) {
    float& at = expected[i];
    at += bias[i / static_cast<size_t>(s.grid_height * s.grid_width) % bias.size()];
    if (at > 0) expected_mask[i / 8] |= static_cast<uint8_t>(1 << i % 8);
    at = at > 0 ? at : at * -0.25f;
  }
  for_each_isa_and_threads([&] {
    std::vector<float> out;
    std::vector<uint8_t> mask(expected_mask.size(), 0xa5);
    WinogradProduct p = product_of(kernel, s, planes, weights, false, out);
    p.epilogue = {bias.data(), true, -0.25f, nullptr};
    CHECK(winograd_product(p));
    CHECK(out == expected);
    p.epilogue.mask = mask.data();
    CHECK(winograd_product(p));
    CHECK(out == expected);
    CHECK(mask == expected_mask);
  });
}

TEST(winograd_products_end_with_bias_and_leaky_relu) {
  for (const WinogradKernel& kernel : kKernels) {
    for (const Shape& s :
         {Shape{2, 16, 21, 6, 12, 1, 1, 6, 12}, Shape{3, 16, 20, 12, 6, 1, 1, 12, 6}, Shape{1, 16, 3, 8, 9, 1, 1, 8, 9},
          Shape{2, 4, 7, 15, 16, 1, 1, 15, 16}, Shape{2, 4, 7, 45, 12, 1, 1, 40, 7}})
      check_epilogue(kernel, s);
  }
}

void check_limit(const WinogradKernel& kernel, const Shape& s) {
  // All of the planes' elements are seen.
  const Planes whole(s.images, s.in, s.height, s.width, s.padding_y, s.padding_x);
  const Planes gradient(s.images, s.out, s.grid_height, s.grid_width, 0, 0);
  const std::vector<float> weights = random_weights(kernel, s);
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> out, weight_gradient(weights.size());
  for_each_isa_and_threads([&] {
    for (float value : {kWinogradLimit, -kWinogradLimit, infinity, -infinity, std::nanf(""), 3e38f}) {
      for (int i = 0; i < 8; i++) {
        Planes planes = whole, g = gradient;
        std::vector<float> w = weights;
        planes.values[random_bits() % planes.values.size()] = value;
        g.values[random_bits() % g.values.size()] = value;
        w[random_bits() % w.size()] = value;
        for (bool transposed : {false, true}) {
          CHECK(!winograd_product(product_of(kernel, s, planes, weights, transposed, out)));
          CHECK(!winograd_product(product_of(kernel, s, whole, w, transposed, out)));
        }
        CHECK(!winograd_weight_gradient({kernel, planes.get(), gradient.get(), weight_gradient.data(), nullptr}));
        CHECK(!winograd_weight_gradient({kernel, whole.get(), g.get(), weight_gradient.data(), nullptr}));
      }
    }
    Planes planes = whole;
    planes.values[5] = std::nextafter(kWinogradLimit, 0.0f);
    CHECK(winograd_product(product_of(kernel, s, planes, weights, false, out)));
  });
}

TEST(winograd_refuses_what_is_not_below_its_limit) {
  for (const WinogradKernel& kernel : kKernels) check_limit(kernel, {2, 18, 20, 9, 8, 1, 1, 9, 8});
}

}  // namespace
