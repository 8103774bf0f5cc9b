// Normalisations in every geometry against plain loops in long double; the same bits on every instruction set and with any
// number of threads.
#include <cstring>

#include "test.h"

namespace {

// Gaps and a shift: nothing is symmetric, and the mean is not small.
template <class T>
std::vector<T> values(int64_t n, uint64_t state, double shift = 0) {
  std::vector<T> x(static_cast<size_t>(n));
  for (T& v : x) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    v = static_cast<T>(static_cast<double>(static_cast<int64_t>(state)) * 2e-19 + shift);
  }
  return x;
}

template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

// Of every element: which statistics, which parameter.
struct Layout {
  int64_t count, groups, parameters;
  std::vector<size_t> group, parameter;
};

struct Expected {
  std::vector<long double> mean, variance, y, dx, dw, db;
};

struct Formula {
  double eps = 0, slope = 1;
  bool centered = true, through_statistics = true;
};

// Everything by its definition. `slope` is that of a leaky rectifier behind the normalisation.
template <class T>
Expected reference(const Layout& layout, const Formula& f, const std::vector<T>& x, const std::vector<T>& g,
                   const std::vector<T>& weight, const std::vector<T>& bias) {
  size_t groups = static_cast<size_t>(layout.groups), parameters = static_cast<size_t>(layout.parameters);
  std::vector<long double> n(groups), gw(groups), gwh(groups), hat(x.size()), gated(x.size());
  Expected e{std::vector<long double>(groups),     std::vector<long double>(groups),
             std::vector<long double>(x.size()),   std::vector<long double>(x.size()),
             std::vector<long double>(parameters), std::vector<long double>(parameters)};
  for (size_t i = 0; i < x.size(); i++) n[layout.group[i]] += 1, e.mean[layout.group[i]] += x[i];
  for (size_t k = 0; k < groups; k++) e.mean[k] = f.centered ? e.mean[k] / n[k] : 0;
  for (size_t i = 0; i < x.size(); i++) {
    long double d = x[i] - e.mean[layout.group[i]];
    e.variance[layout.group[i]] += d * d / n[layout.group[i]];
  }
  for (size_t i = 0; i < x.size(); i++) {
    size_t k = layout.group[i], p = layout.parameter[i];
    hat[i] = (x[i] - e.mean[k]) / std::sqrt(e.variance[k] + f.eps);
    long double z = hat[i] * weight[p] + bias[p];
    e.y[i] = z > 0 ? z : z * f.slope;
    gated[i] = z > 0 ? g[i] : g[i] * static_cast<long double>(f.slope);
    e.dw[p] += gated[i] * hat[i];
    e.db[p] += gated[i];
    gw[k] += gated[i] * weight[p] / n[k];
    gwh[k] += gated[i] * weight[p] * hat[i] / n[k];
  }
  for (size_t i = 0; i < x.size(); i++) {
    size_t k = layout.group[i];
    long double inner = gated[i] * weight[layout.parameter[i]];
    if (f.through_statistics) inner -= (f.centered ? gw[k] : 0) + hat[i] * gwh[k];
    e.dx[i] = inner / std::sqrt(e.variance[k] + f.eps);
  }
  return e;
}

template <class T>
void check_near(const std::vector<T>& found, const std::vector<long double>& expected, double scale) {
  double tolerance = scale * (sizeof(T) == 4 ? 2e-5 : 2e-13);
  for (size_t i = 0; i < found.size(); i++)
    CHECK_NEAR(found[i], expected[i], tolerance * (1 + std::abs(static_cast<double>(expected[i]))));
}

struct Images {
  int64_t outer, channels, inner;
};

const Images kImages[] = {{2, 1, 1},    {9, 1, 100},   {5, 3, 1},     {300, 5, 1},   {1000, 40, 1}, {3, 700, 1},
                          {7, 5, 4},    {13, 20, 15},  {20, 6, 16},   {5, 3, 17},    {9, 10, 49},   {40, 9, 196},
                          {2, 3, 4096}, {2, 12, 4100}, {3, 2, 10007}, {30011, 3, 1}, {64, 9, 1600}};

Layout channels_of(const Images& s) {
  Layout layout{s.outer * s.channels * s.inner, s.channels, s.channels, {}, {}};
  for (int64_t i = 0; i < layout.count; i++) layout.group.push_back(size_t(i / s.inner % s.channels));
  layout.parameter = layout.group;
  return layout;
}

enum GateCode { kNone, kLeaky, kRelu };

template <class T>
void check_batch_norm(const Images& s, GateCode gate) {
  Layout layout = channels_of(s);
  std::vector<T> x = values<T>(layout.count, 1, 3), g = values<T>(layout.count, 2, 0.5);
  std::vector<T> weight = values<T>(s.channels, 3, 1), bias = values<T>(s.channels, 4);
  Formula formula;
  formula.eps = 0.01;
  formula.slope = gate == kNone ? 1 : gate == kLeaky ? 0.25 : 0;
  Expected e = reference(layout, formula, x, g, weight, bias);
  double n = static_cast<double>(s.outer * s.inner);
  std::vector<T> first_y, first_dx, first_dw;
  for_each_isa_and_threads([&] {
    std::vector<T> y(x.size()), dx(x.size()), dw(weight.size()), db(dw), mean(dw), rstd(dw),
        moved_mean(dw.size(), T(2)), moved_var(dw.size(), T(3)), in_place = g;
    FakeBlocks blocks;
    std::vector<double> head = {code<T>, double(s.outer), double(s.channels), double(s.inner),
                                1,       double(gate),    formula.slope};
    auto with = [&](std::vector<double> more) {
      more.insert(more.begin(), head.begin(), head.end());
      return more;
    };
    double in = blocks.add(x), w = blocks.add(weight), b = blocks.add(bias), m = blocks.add(mean), r = blocks.add(rstd);
    call("batch_norm",
         with({formula.eps, 0.25, blocks.add(y), 0, in, 0, w, 0, b, 0, m, 0, r, 0, blocks.add(moved_mean), 0,
               blocks.add(moved_var), 0}),
         blocks);
    if (first_y.empty()) {
      check_near(y, e.y, 1);
      for (size_t c = 0; c < weight.size(); c++) {
        CHECK_NEAR(mean[c], e.mean[c], 1e-6 * std::abs(double(e.mean[c])));
        CHECK_NEAR(moved_mean[c], 0.25 * double(e.mean[c]) + 1.5, 1e-5);
        CHECK_NEAR(moved_var[c], 0.25 * double(e.variance[c]) * (n / (n - 1)) + 2.25, 1e-4);
      }
      first_y = y;
    }
    CHECK(same(y, first_y));

    double gradient = blocks.add(g), sums = blocks.add(dw), ends = blocks.add(db), target = blocks.add(in_place);
    std::vector<double> tail = {gradient, 0, in, 0, w, 0, b, 0, m, 0, r, 0};
    std::vector<double> all = {blocks.add(dx), 0, sums, 0, ends, 0};
    all.insert(all.end(), tail.begin(), tail.end());
    call("batch_norm_backward", with(all), blocks);
    if (first_dx.empty()) {
      check_near(dx, e.dx, 10);
      check_near(dw, e.dw, std::sqrt(n));
      check_near(db, e.db, std::sqrt(n));
      first_dx = dx;
      first_dw = dw;
    }
    CHECK(same(dx, first_dx));
    CHECK(same(dw, first_dw));
    std::vector<T> alone(dw.size());
    std::vector<double> only = {0, 0, blocks.add(alone), 0, 0, 0};
    only.insert(only.end(), tail.begin(), tail.end());
    call("batch_norm_backward", with(only), blocks);
    CHECK(same(alone, first_dw));
    call("batch_norm_backward", with({target, 0, 0, 0, 0, 0, target, 0, in, 0, w, 0, b, 0, m, 0, r, 0}), blocks);
    CHECK(same(in_place, first_dx));
  });
}

struct Rows {
  int64_t outer, groups, channels, inner;
};

const Rows kRows[] = {{3, 1, 1, 1},    {5, 1, 7, 1},   {300, 1, 130, 1}, {7, 1, 5000, 1}, {2, 1, 40003, 1},
                      {5, 2, 3, 1},    {40, 3, 4, 15}, {9, 2, 3, 16},    {11, 4, 1, 196}, {3, 1, 6, 4100},
                      {2, 3, 2, 5000}, {70, 12, 1, 9}, {1, 1, 512, 1},   {1000, 1, 16, 1}};

template <class T>
void check_group_norm(const Rows& s, bool centered) {
  int64_t row = s.channels * s.inner, all = s.groups * s.channels;
  Layout layout{s.outer * s.groups * row, s.outer * s.groups, all, {}, {}};
  for (int64_t i = 0; i < layout.count; i++) {
    layout.group.push_back(size_t(i / row));
    layout.parameter.push_back(size_t(i / s.inner % all));
  }
  std::vector<T> x = values<T>(layout.count, 5, 2), g = values<T>(layout.count, 6, 0.5);
  std::vector<T> weight = values<T>(all, 7, 1), bias = values<T>(all, 8), none(bias.size());
  Formula formula;
  formula.eps = 0.01;
  formula.centered = centered;
  Expected e = reference(layout, formula, x, g, weight, centered ? bias : none);
  std::vector<T> first_y, first_dx, first_dw;
  for_each_isa_and_threads([&] {
    std::vector<T> y(x.size()), dx(x.size()), dw(weight.size()), db(dw), mean(size_t(layout.groups)), rstd(mean),
        in_place = g, alone(dw);
    FakeBlocks blocks;
    std::vector<double> head = {code<T>, double(s.outer), double(s.groups), double(s.channels), double(s.inner)};
    auto with = [&](std::vector<double> more) {
      more.insert(more.begin(), head.begin(), head.end());
      return more;
    };
    double in = blocks.add(x), w = blocks.add(weight), b = centered ? blocks.add(bias) : 0;
    double m = centered ? blocks.add(mean) : 0, r = blocks.add(rstd);
    call("group_norm", with({formula.eps, blocks.add(y), 0, in, 0, w, 0, b, 0, m, 0, r, 0}), blocks);
    if (first_y.empty()) {
      check_near(y, e.y, 1);
      first_y = y;
    }
    CHECK(same(y, first_y));
    double gradient = blocks.add(g), target = blocks.add(in_place);
    call("group_norm_backward",
         with({blocks.add(dx), 0, blocks.add(dw), 0, blocks.add(db), 0, gradient, 0, in, 0, w, 0, m, 0, r, 0}), blocks);
    if (first_dx.empty()) {
      check_near(dx, e.dx, 10);
      double terms = double(s.outer * s.inner);
      check_near(dw, e.dw, std::sqrt(terms));
      check_near(db, e.db, std::sqrt(terms));
      first_dx = dx;
      first_dw = dw;
    }
    CHECK(same(dx, first_dx));
    CHECK(same(dw, first_dw));
    call("group_norm_backward", with({0, 0, blocks.add(alone), 0, 0, 0, gradient, 0, in, 0, w, 0, m, 0, r, 0}), blocks);
    CHECK(same(alone, first_dw));
    call("group_norm_backward", with({target, 0, 0, 0, 0, 0, target, 0, in, 0, w, 0, m, 0, r, 0}), blocks);
    CHECK(same(in_place, first_dx));
  });
}

}  // namespace

TEST(batch_norm_and_its_gradients) {
  for (const Images& s : kImages) {
    check_batch_norm<float>(s, kNone);
    check_batch_norm<double>(s, kNone);
  }
}

TEST(batch_norm_with_a_rectifier) {
  for (const Images& s : kImages) {
    check_batch_norm<double>(s, kLeaky);
    check_batch_norm<double>(s, kRelu);
  }
}

TEST(group_norm_and_its_gradients) {
  for (const Rows& s : kRows) {
    check_group_norm<float>(s, true);
    check_group_norm<double>(s, true);
  }
}

TEST(rms_norm_and_its_gradients) {
  for (const Rows& s : kRows) check_group_norm<double>(s, false);
}

TEST(batch_norm_by_running_statistics) {
  for (double inner : {1.0, 20.0}) {
    std::vector<double> x(size_t(4 * inner), 3), g(x.size(), 2), y(x.size()), dx(x.size()), dw(2), mean(2), rstd(2);
    std::vector<double> running_mean = {1, 2}, running_var = {4, 0.25}, weight = {10, 100};
    FakeBlocks blocks;
    double in = blocks.add(x), w = blocks.add(weight), m = blocks.add(mean), r = blocks.add(rstd);
    call("batch_norm", {f64, 2,
                        2,   inner,
                        0,   0,
                        0,   0,
                        0.5, blocks.add(y),
                        0,   in,
                        0,   w,
                        0,   0,
                        0,   m,
                        0,   r,
                        0,   blocks.add(running_mean),
                        0,   blocks.add(running_var),
                        0},
         blocks);
    CHECK_EQ(y[0], 10);
    CHECK_EQ(y[size_t(inner)], 200);
    CHECK_EQ(running_mean[0], 1);
    call("batch_norm_backward",
         {f64, 2, 2, inner, 0, 0, 0, blocks.add(dx), 0, blocks.add(dw), 0, 0, 0, blocks.add(g), 0, in, 0, w,
          0,   0, 0, m,     0, r, 0},
         blocks);
    CHECK_EQ(dx[0], 10);
    CHECK_EQ(dx[size_t(inner)], 400);
    CHECK_EQ(dw[0], 4 * inner);
    CHECK_EQ(dw[1], 8 * inner);
  }
}

TEST(normalisations_refuse_what_they_cannot_hold) {
  std::vector<float> x(12), per_channel(3);
  FakeBlocks blocks;
  double in = blocks.add(x), p = blocks.add(per_channel);
  auto batch = [&](double dtype, double outer, double channels, double inner, double training, double gate) {
    return refusal("batch_norm", {dtype, outer, channels, inner, training, gate, 0, 0, 0, in, 0, in, 0,
                                  p,     0,     p,        0,     p,        0,    p, 0, 0, 0,  0, 0},
                   blocks);
  };
  CHECK_EQ(batch(f32, 4, 3, 1, 1, 0), "");
  CHECK_EQ(batch(f32, 4, 3, 1, 0, 0), "running statistics are missing");
  CHECK_EQ(batch(f32, 5, 3, 1, 1, 0), "range outside the block");
  CHECK_EQ(batch(f32, 3, 4, 1, 1, 0), "range outside the block");
  CHECK_EQ(batch(f32, 1e13, 1e13, 1, 1, 0), "shape is too large");
  CHECK_EQ(batch(f32, 4, 3, 1, 1, 3), "argument out of range");
  CHECK_EQ(batch(i64, 4, 3, 1, 1, 0), "expected float32 or float64");
  auto group = [&](double outer, double groups, double channels, double inner) {
    return refusal("group_norm", {f32, outer, groups, channels, inner, 0, in, 0, in, 0, p, 0, p, 0, p, 0, p, 0},
                   blocks);
  };
  CHECK_EQ(group(2, 1, 3, 2), "");
  CHECK_EQ(group(4, 1, 3, 1), "range outside the block");
  CHECK_EQ(group(2, 2, 3, 2), "range outside the block");
  CHECK_EQ(group(1e13, 1e13, 1, 1), "shape is too large");
}
