#include "kernels/conv_one_place.h"

#include <algorithm>

#include "kernels/gemm.h"

namespace cresset {
namespace {

bool sees_all(const ConvAxis& axis) {
  return axis.output == 1 && axis.padding == 0 && axis.kernel == axis.input && (axis.dilation == 1 || axis.kernel == 1);
}

int64_t elements(const ConvGeometry& g) { return g.in_channels * g.y.input * g.x.input; }

}  // namespace

bool sees_all_at_once(const ConvGeometry& g) {
  return g.groups == 1 && g.weight_count() > 0 && sees_all(g.y) && sees_all(g.x);
}

template <class T>
void one_place_forward(const ConvGeometry& g, const T* x, const T* weight, T* out, const ConvEpilogue<T>& epilogue) {
  Gemm<T> p;
  p.m = g.images;
  p.n = g.out_channels;
  p.k = elements(g);
  p.a = {x, p.k, 1, 0};
  p.b = {weight, 1, p.k, 0};
  p.c = {out, p.n, 0};
  p.epilogue = {epilogue.bias, 1, epilogue.leaky, epilogue.slope, epilogue.mask};
  gemm(p);
}

template <class T>
void one_place_input_gradient(const ConvGeometry& g, const T* gradient, const T* weight, T* out, const T* bias,
                              T* repeated) {
  Gemm<T> p;
  p.m = g.images;
  p.n = elements(g);
  p.k = g.out_channels;
  p.a = {gradient, p.k, 1, 0};
  p.b = {weight, p.n, 1, 0};
  p.c = {out, p.n, 0};
  if (bias != nullptr) {
    const int64_t plane = g.y.input * g.x.input;
    for (int64_t c = 0; c < g.in_channels; c++) std::fill_n(repeated + c * plane, plane, bias[c]);
    p.epilogue.bias = repeated;
  }
  gemm(p);
}

template <class T>
void one_place_weight_gradient(const ConvGeometry& g, const T* gradient, const T* x, T* out, T* bias_gradient) {
  Gemm<T> p;
  p.m = g.out_channels;
  p.n = elements(g);
  p.k = g.images;
  p.a = {gradient, 1, p.m, 0};
  p.b = {x, p.n, 1, 0};
  p.c = {out, p.n, 0};
  gemm(p);
  if (bias_gradient == nullptr) return;
  std::fill_n(bias_gradient, p.m, T(0));
  for (int64_t image = 0; image < g.images; image++) {
    for (int64_t c = 0; c < p.m; c++) bias_gradient[c] += gradient[image * p.m + c];
  }
}

template void one_place_forward(const ConvGeometry&, const float*, const float*, float*, const ConvEpilogue<float>&);
template void one_place_forward(const ConvGeometry&, const double*, const double*, double*,
                                const ConvEpilogue<double>&);
template void one_place_input_gradient(const ConvGeometry&, const float*, const float*, float*, const float*, float*);
template void one_place_input_gradient(const ConvGeometry&, const double*, const double*, double*, const double*,
                                       double*);
template void one_place_weight_gradient(const ConvGeometry&, const float*, const float*, float*, float*);
template void one_place_weight_gradient(const ConvGeometry&, const double*, const double*, double*, double*);

}  // namespace cresset
