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

using Points = std::array<std::array<float, 4>, 4>;

// Down the columns, then along the rows: `from` is what transform() makes of a column or a row.
template <int kFrom, int kTo, class Transform>
std::array<std::array<float, kTo>, kTo> in_two_dimensions(const std::array<std::array<float, kFrom>, kFrom>& from,
                                                          Transform transform) {
  std::array<std::array<float, kFrom>, kTo> columns;
  for (int j = 0; j < kFrom; j++) {
    std::array<float, kFrom> column;
    for (int i = 0; i < kFrom; i++) column[i] = from[i][j];
    const std::array<float, kTo> result = transform(column);
    for (int i = 0; i < kTo; i++) columns[i][j] = result[i];
  }
  std::array<std::array<float, kTo>, kTo> to;
  for (int i = 0; i < kTo; i++) to[i] = transform(columns[i]);
  return to;
}

// The transforms to the letter; all numbers of the result depend on the order of these sums.
std::array<float, 4> of_places(const std::array<float, 4>& d) {
  return {d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]};
}
std::array<float, 4> of_gradient(const std::array<float, 2>& g) { return {g[0], g[0] + g[1], g[0] - g[1], -g[1]}; }
std::array<float, 4> of_taps(const std::array<float, 3>& w) {
  return {w[0], (w[0] + w[2] + w[1]) * 0.5f, (w[0] + w[2] - w[1]) * 0.5f, w[2]};
}
std::array<float, 2> to_places(const std::array<float, 4>& s) { return {s[0] + s[1] + s[2], s[1] - s[2] - s[3]}; }
std::array<float, 3> to_taps(const std::array<float, 4>& s) {
  const float middle = (s[1] + s[2]) * 0.5f;
  return {s[0] + middle, (s[1] - s[2]) * 0.5f, middle + s[3]};
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
  template <int kSize>
  std::array<std::array<float, kSize>, kSize> tile(int64_t image, int64_t channel, int64_t row, int64_t column) const {
    std::array<std::array<float, kSize>, kSize> places;
    for (int i = 0; i < kSize; i++) {
      for (int j = 0; j < kSize; j++) {
        const int64_t y = 2 * row - padding_y + i, x = 2 * column - padding_x + j;
        const bool inside = y >= 0 && y < height && x >= 0 && x < width;
        places[i][j] = inside ? values[((image * channels + channel) * height + y) * width + x] : 0.0f;
      }
    }
    return places;
  }
};

// One chain of products after the other, as gemm.h says.
struct Sums {
  Points total{}, chain{};
  bool first = true;

  void add(const Points& a, const Points& b) {
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) chain[i][j] = std::fma(a[i][j], b[i][j], chain[i][j]);
    }
  }
  void end_chain() {
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) total[i][j] = first ? chain[i][j] : total[i][j] + chain[i][j];
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

std::vector<float> promised_product(const Shape& s, const Planes& planes, const std::vector<float>& weights,
                                    bool transposed) {
  std::vector<float> out(static_cast<size_t>(s.images * s.out * s.grid_height * s.grid_width));
  const int64_t depth = gemm_depth<float>(s.in);
  for (int64_t image = 0; image < s.images; image++) {
    for (int64_t ty = 0; 2 * ty < s.grid_height; ty++) {
      for (int64_t tx = 0; 2 * tx < s.grid_width; tx++) {
        std::vector<Points> tiles;
        for (int64_t c = 0; c < s.in; c++)
          tiles.push_back(in_two_dimensions<4, 4>(planes.tile<4>(image, c, ty, tx), of_places));
        for (int64_t row = 0; row < s.out; row++) {
          Sums sums;
          for (int64_t c = 0; c < s.in; c++) {
            std::array<std::array<float, 3>, 3> taps;
            const float* from = weights.data() + (transposed ? c * s.out + row : row * s.in + c) * 9;
            for (int i = 0; i < 9; i++) taps[i / 3][i % 3] = from[transposed ? 8 - i : i];
            sums.add(tiles[static_cast<size_t>(c)], in_two_dimensions<3, 4>(taps, of_taps));
            if ((c + 1) % depth == 0 || c + 1 == s.in) sums.end_chain();
          }
          const auto places = in_two_dimensions<4, 2>(sums.total, to_places);
          for (int64_t y = 2 * ty; y < std::min(2 * ty + 2, s.grid_height); y++) {
            for (int64_t x = 2 * tx; x < std::min(2 * tx + 2, s.grid_width); x++)
              out[((image * s.out + row) * s.grid_height + y) * s.grid_width + x] = places[y % 2][x % 2];
          }
        }
      }
    }
  }
  return out;
}

// That of the weight, then that of the bias.
std::vector<float> promised_weight_gradient(const Shape& s, const Planes& x, const Planes& g) {
  std::vector<float> out(static_cast<size_t>(s.in * s.out * 9 + s.out));
  const WinogradTiles tiles(s.images, s.grid_height, s.grid_width, false);
  const EvenPieces blocks{tiles.units(), WinogradWeightPlan(tiles, s.in, s.out, 1).blocks};
  for (int64_t o = 0; o < s.out; o++) {
    for (int64_t c = 0; c < s.in; c++) {
      Sums sums, bias;
      Points ones;
      for (auto& row : ones) row.fill(1);
      for (int64_t block = 0; block < blocks.count; block++) {
        for (int64_t row = blocks.begin(block); row < blocks.end(block); row++) {
          const int64_t image = row / tiles.down, ty = row % tiles.down;
          for (int64_t tx = 0; tx < tiles.across; tx++) {
            const Points gradient = in_two_dimensions<2, 4>(g.tile<2>(image, o, ty, tx), of_gradient);
            sums.add(in_two_dimensions<4, 4>(x.tile<4>(image, c, ty, tx), of_places), gradient);
            bias.add(ones, gradient);
          }
        }
        sums.end_chain();
        bias.end_chain();
      }
      const auto taps = in_two_dimensions<4, 3>(sums.total, to_taps);
      for (int i = 0; i < 9; i++) out[(o * s.in + c) * 9 + i] = taps[i / 3][i % 3];
      out[s.in * s.out * 9 + o] = bias.total[1][1];
    }
  }
  return out;
}

// Without a bias and an activation; all memory is exactly as large as it has to be.
WinogradProduct product_of(const Shape& s, const Planes& planes, const std::vector<float>& weights, bool transposed,
                           std::vector<float>& out) {
  out.assign(static_cast<size_t>(s.images * s.out * s.grid_height * s.grid_width), 99);
  WinogradProduct p;
  p.planes = planes.get();
  p.rows = s.out;
  p.grid_height = s.grid_height;
  p.grid_width = s.grid_width;
  p.weights = weights.data();
  p.transposed = transposed;
  p.out = out.data();
  return p;
}

TEST(winograd_products_have_the_promised_bits) {
  for (const Shape& s : kShapes) {
    const Planes planes(s.images, s.in, s.height, s.width, s.padding_y, s.padding_x);
    const std::vector<float> weights = random_bits.values<float>(s.in * s.out * 9);
    for (bool transposed : {false, true}) {
      const std::vector<float> expected = promised_product(s, planes, weights, transposed);
      for_each_isa_and_threads([&] {
        std::vector<float> out;
        CHECK(winograd_product(product_of(s, planes, weights, transposed, out)));
        CHECK(out == expected);
        if (out != expected) report_failure(__FILE__, __LINE__, s.text());
      });
    }
  }
}

TEST(winograd_weight_gradients_have_the_promised_bits) {
  for (const Shape& s : kShapes) {
    if (s.in > 500) continue;
    const Planes x(s.images, s.in, s.height, s.width, s.padding_y, s.padding_x);
    const Planes g(s.images, s.out, s.grid_height, s.grid_width, 0, 0);
    const std::vector<float> expected = promised_weight_gradient(s, x, g);
    for_each_isa_and_threads([&] {
      std::vector<float> weight_gradient(static_cast<size_t>(s.in * s.out * 9)), bias(static_cast<size_t>(s.out));
      CHECK(winograd_weight_gradient({x.get(), g.get(), weight_gradient.data(), bias.data()}));
      std::vector<float> alone(weight_gradient.size());
      CHECK(winograd_weight_gradient({x.get(), g.get(), alone.data(), nullptr}));
      CHECK(alone == weight_gradient);
      weight_gradient.insert(weight_gradient.end(), bias.begin(), bias.end());
      CHECK(weight_gradient == expected);
      if (weight_gradient != expected) report_failure(__FILE__, __LINE__, s.text());
    });
  }
}

TEST(winograd_products_end_with_bias_and_leaky_relu) {
  for (const Shape& s : {Shape{2, 16, 21, 6, 12, 1, 1, 6, 12}, Shape{3, 16, 20, 12, 6, 1, 1, 12, 6},
                         Shape{1, 16, 3, 8, 9, 1, 1, 8, 9}, Shape{2, 4, 7, 15, 16, 1, 1, 15, 16}}) {
    const Planes planes(s.images, s.in, s.height, s.width, s.padding_y, s.padding_x);
    const std::vector<float> weights = random_bits.values<float>(s.in * s.out * 9),
                             bias = random_bits.values<float>(s.out);
    std::vector<float> expected = promised_product(s, planes, weights, false);
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
      WinogradProduct p = product_of(s, planes, weights, false, out);
      p.epilogue = {bias.data(), true, -0.25f, nullptr};
      CHECK(winograd_product(p));
      CHECK(out == expected);
      p.epilogue.mask = mask.data();
      CHECK(winograd_product(p));
      CHECK(out == expected);
      CHECK(mask == expected_mask);
    });
  }
}

TEST(winograd_refuses_what_is_not_below_its_limit) {
  const Shape s{2, 18, 20, 9, 8, 1, 1, 9, 8};
  const Planes whole(s.images, s.in, s.height, s.width, s.padding_y, s.padding_x);
  const Planes gradient(s.images, s.out, s.grid_height, s.grid_width, 0, 0);
  const std::vector<float> weights = random_bits.values<float>(s.in * s.out * 9);
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
        CHECK(!winograd_product(product_of(s, planes, weights, false, out)));
        CHECK(!winograd_product(product_of(s, whole, w, false, out)));
        CHECK(!winograd_weight_gradient({planes.get(), gradient.get(), weight_gradient.data(), nullptr}));
        CHECK(!winograd_weight_gradient({whole.get(), g.get(), weight_gradient.data(), nullptr}));
      }
    }
    Planes planes = whole;
    planes.values[5] = std::nextafter(kWinogradLimit, 0.0f);
    CHECK(winograd_product(product_of(s, planes, weights, false, out)));
  });
}

}  // namespace
