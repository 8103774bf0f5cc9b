import type { LayerHealth } from './layer';

/** What to do about it, in one line a finding; the worst first. */

/** From these shares on a finding is worth a line. */
const DEAD = 0.1;
const SATURATED = 0.75;
const NEVER_POSITIVE = 0.5;
/** Between the first activation and the last. */
const GRADIENT_RATIO = 1e4;

export function advice_for(layers: readonly LayerHealth[]): string[] {
  return [
    ...layers.flatMap(nan),
    ...layers
      .flatMap(dead)
      .sort((a, b) => b.share - a.share)
      .map(({ text }) => text),
    ...layers.flatMap(saturated),
    ...layers.flatMap(never_positive),
    ...gradients(layers),
  ];
}

/** The layer that people know by its name: the one with the weights. */
export function title_of({ after, name, kind }: LayerHealth): string {
  return after ?? (name === '' ? kind : name);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.01 ? 2 : 0)} %`;
}

function nan(layer: LayerHealth): string[] {
  if (layer.nan === 0) return [];
  return [
    `${title_of(layer)}: ${percent(layer.nan)} of the outputs are NaN; torch.autograd.set_detect_anomaly(true) names the line they come from`,
  ];
}

function dead(layer: LayerHealth): { share: number; text: string }[] {
  const count = layer.dead.length;
  const share = count / layer.units;
  if (!(share >= DEAD)) return [];
  const found = `${title_of(layer)}: ${count} of ${layer.units} units dead`;
  const remedy = layer.cut_off
    ? 'LeakyReLU(0.01) or a smaller learning rate'
    : 'smaller initial weights, a normalisation before it or a smaller learning rate';
  return [{ share, text: `${found}; ${remedy}` }];
}

function saturated(layer: LayerHealth): string[] {
  // What a rectifier cuts off is its work; dead units have a line of their own.
  if (layer.cut_off || layer.saturated < SATURATED || layer.dead.length / layer.units >= DEAD) return [];
  return [
    `${title_of(layer)}: ${percent(layer.saturated)} of the outputs of ${layer.kind} saturated; smaller initial weights or a normalisation before it`,
  ];
}

function never_positive(layer: LayerHealth): string[] {
  const alive = layer.never_positive.length - layer.dead.length;
  if (!(alive / layer.units >= NEVER_POSITIVE) || layer.nan > 0 || layer.kind === 'LogSigmoid') return [];
  return [
    `${title_of(layer)}: ${alive} of ${layer.units} units never positive, for them ${layer.kind} is a straight line; a normalisation before it or a smaller learning rate`,
  ];
}

function gradients(layers: readonly LayerHealth[]): string[] {
  const known = layers.filter(({ grad_out }) => grad_out !== null);
  const [first, last] = [known[0], known[known.length - 1]];
  if (first === undefined || first === last) return [];
  const [from, to] = [last.grad_out!, first.grad_out!];
  if (to === 0 && from > 0)
    return [`${title_of(first)}: no gradient arrives; every path to it is dead, look at the layers after it`];
  if (to * GRADIENT_RATIO < from)
    return [
      `${title_of(first)}: the gradient is ${(from / to).toExponential(0)} times smaller than at ${title_of(last)}; kaiming_normal_ with the slope of the activation, or a normalisation`,
    ];
  if (to > from * GRADIENT_RATIO)
    return [
      `${title_of(first)}: the gradient is ${(to / from).toExponential(0)} times larger than at ${title_of(last)}; clip_grad_norm_ or smaller initial weights`,
    ];
  return [];
}
