import { type Given, positional } from '../arguments';
import { enable_grad, no_grad } from '../autograd/mode';
import { check_boolean, check_integer, fail, fail_type } from '../errors';
import { list_kernel } from '../native/list';
import { copy_into } from '../native/map';
import { zeros } from '../ops/create';
import { cat } from '../ops/join';
import { dot } from '../ops/matmul';
import { norm } from '../ops/norm';
import { clone, reshape } from '../ops/views';
import { Tensor } from '../tensor/tensor';
import type { Params } from './groups';
import { type LinePoint, strong_wolfe } from './line_search';
import { Optimizer } from './optimizer';
import { check_all_at_least_zero } from './options';
import { run_pairs } from './rule';
import type { ParamState } from './state';

/** Options of {@link LBFGS}. */
export interface LBFGSOptions {
  /** Step length, and where the line search starts. Default 1. */
  lr: number;
  /** Iterations of a step. Default 20. */
  max_iter: number;
  /** Evaluations of the closure in a step. Default 1.25 · max_iter. */
  max_eval: number | null;
  /** Ends where no element of the gradient is larger. Default 1e-7. */
  tolerance_grad: number;
  /** Ends where neither loss nor parameters change by more. Default 1e-9. */
  tolerance_change: number;
  /** Steps whose curvature is remembered. Default 100. */
  history_size: number;
  /** How the step length is found: `'strong_wolfe'`, or null for lr. */
  line_search_fn: 'strong_wolfe' | null;
  /** Ascend instead of descend. */
  maximize: boolean;
}

const defaults: LBFGSOptions = {
  lr: 1,
  max_iter: 20,
  max_eval: null,
  tolerance_grad: 1e-7,
  tolerance_change: 1e-9,
  history_size: 100,
  line_search_fn: null,
  maximize: false,
};

const add_scaled_many = list_kernel('add_scaled_many');

/** target ← target + factor · source. */
function add_scaled(factor: number, pairs: readonly (readonly [target: Tensor, source: Tensor])[]): void {
  run_pairs(add_scaled_many, [factor], pairs);
}

const inner = (a: Tensor, b: Tensor): number => dot(a, b).item() as number;
const largest = (x: Tensor): number => norm(x, Infinity).item() as number;

/** What is remembered from step to step, under PyTorch's names; `old_dirs` are changes of the gradient. */
interface Memory {
  func_evals: number;
  n_iter: number;
  d: Tensor | null;
  t: number;
  old_dirs: Tensor[];
  old_stps: Tensor[];
  ro: number[];
  H_diag: number;
  prev_flat_grad: Tensor | null;
  prev_loss: number;
}

/** PyTorch's positional arguments. */
const names = [
  'lr',
  'max_iter',
  'max_eval',
  'tolerance_grad',
  'tolerance_change',
  'history_size',
  'line_search_fn',
] as const;

/**
 * The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno. A step evaluates the closure several times; for losses that are
 * the same at every evaluation, and few parameters: it keeps `2·history_size` vectors of all of them. One group, one dtype.
 * @example
 * ```ts
 * const w = torch.tensor([3, -2], { requires_grad: true });
 * const opt = new torch.optim.LBFGS([w], { line_search_fn: 'strong_wolfe' });
 * opt.step(() => {
 *   opt.zero_grad();
 *   const loss = w.sub(1).pow(2).sum();
 *   loss.backward();
 *   return loss;
 * });
 * w.sub(1).abs().max().item() < 1e-5; // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  constructor(params: Params<LBFGSOptions>, ...given: Given<Partial<LBFGSOptions>, typeof names>) {
    const options = positional<LBFGSOptions>('LBFGS', given, defaults, names);
    check_integer('LBFGS', 'max_iter', options.max_iter, 1);
    super(params, { ...options, max_eval: options.max_eval ?? Math.floor((options.max_iter * 5) / 4) });
    if (this.param_groups.length !== 1) fail('LBFGS', `expected one parameter group, got ${this.param_groups.length}`);
    const [first, ...others] = this.all;
    const other = others.find(({ dtype }) => dtype !== first.dtype);
    if (other !== undefined) fail('LBFGS', `expected parameters of one dtype, got ${first.dtype} and ${other.dtype}`);
  }

  protected override check(op: string, options: LBFGSOptions): void {
    const { lr, max_iter, max_eval, tolerance_grad, tolerance_change, history_size, line_search_fn, maximize } =
      options;
    check_all_at_least_zero(op, { lr, tolerance_grad, tolerance_change });
    check_integer(op, 'max_iter', max_iter, 1);
    if (max_eval !== null) check_integer(op, 'max_eval', max_eval, 1);
    check_integer(op, 'history_size', history_size, 1);
    if (line_search_fn !== null && line_search_fn !== 'strong_wolfe')
      fail_type(op, 'line_search_fn', '"strong_wolfe" or null', line_search_fn);
    check_boolean(op, 'maximize', maximize);
  }

  private get all(): Tensor[] {
    return this.param_groups[0].params;
  }

  protected override state_shape(): readonly number[] {
    return [this.all.reduce((n, { count }) => n + count, 0)];
  }

  override step(): never;
  override step<T>(closure: () => T): T;
  override step<T>(closure?: () => T): T {
    if (typeof closure !== 'function')
      return fail_type('LBFGS', 'closure', 'a function that computes the loss and its gradients', closure);
    this.judge('LBFGS', this.param_groups[0]);
    this.stepped = true;
    this.hooks.run('before_step', this);
    const loss = no_grad(() => this.minimize(closure));
    this.hooks.run('after_step', this);
    return loss;
  }

  /** What is remembered changes as the iterations go on. */
  private minimize<T>(closure: () => T): T {
    const { lr, max_iter, max_eval, tolerance_grad, tolerance_change, line_search_fn, maximize } = this.param_groups[0];
    const most = max_eval ?? Math.floor((max_iter * 5) / 4);
    const memory = this.recall();
    let result: T;
    let evaluations = 0;
    const evaluate = (): number => {
      result = enable_grad(closure);
      evaluations++;
      memory.func_evals++;
      const loss = loss_value(result);
      return maximize ? -loss : loss;
    };
    let loss = evaluate();
    const original = result!;
    let gradient = this.flat_gradient(maximize);
    this.remember(memory);
    if (largest(gradient) <= tolerance_grad) return original;

    for (let iteration = 1; ; iteration++) {
      const d = this.direction(memory, gradient);
      memory.d = d;
      memory.prev_flat_grad = gradient;
      memory.prev_loss = loss;
      const slope = inner(gradient, d);
      let t = memory.n_iter === 1 ? Math.min(1, 1 / (norm(gradient, 1).item() as number)) * lr : lr;
      memory.t = t;
      if (slope > -tolerance_change) break;
      if (line_search_fn !== null) {
        const found = this.search(evaluate, { t: 0, loss, gradient, slope }, t, d, most - evaluations, maximize);
        ({ t, loss, gradient } = found);
        this.move(t, d);
      } else {
        this.move(t, d);
        if (iteration !== max_iter) {
          loss = evaluate();
          gradient = this.flat_gradient(maximize);
        }
      }
      memory.t = t;
      if (iteration === max_iter || evaluations >= most || largest(gradient) <= tolerance_grad) break;
      if (Math.abs(t) * largest(d) <= tolerance_change || Math.abs(loss - memory.prev_loss) < tolerance_change) break;
    }
    return original;
  }

  /** Minus the gradient, times what is known of the inverse Hessian: the two loops of Nocedal and Wright, algorithm 7.4. */
  private direction(memory: Memory, gradient: Tensor): Tensor {
    memory.n_iter++;
    const q = gradient.neg();
    if (memory.n_iter === 1 || memory.d === null || memory.prev_flat_grad === null) {
      Object.assign(memory, { old_dirs: [], old_stps: [], ro: [], H_diag: 1 });
      return q;
    }
    const { old_dirs, old_stps, ro } = memory;
    const change = gradient.sub(memory.prev_flat_grad);
    const move = memory.d.mul(memory.t);
    const curvature = inner(change, move);
    if (curvature > 1e-10) {
      if (old_dirs.length === this.param_groups[0].history_size)
        for (const list of [old_dirs, old_stps, ro]) list.shift();
      old_dirs.push(change);
      old_stps.push(move);
      ro.push(1 / curvature);
      memory.H_diag = curvature / inner(change, change);
    }
    const al: number[] = [];
    for (let i = old_dirs.length - 1; i >= 0; i--) {
      al[i] = inner(old_stps[i], q) * ro[i];
      add_scaled(-al[i], [[q, old_dirs[i]]]);
    }
    q.mul_(memory.H_diag);
    for (let i = 0; i < old_dirs.length; i++) add_scaled(al[i] - inner(old_dirs[i], q) * ro[i], [[q, old_stps[i]]]);
    return q;
  }

  private search(
    evaluate: () => number,
    start: LinePoint,
    first: number,
    d: Tensor,
    most: number,
    maximize: boolean,
  ): LinePoint {
    const before = this.all.map(clone);
    const at = (t: number): LinePoint => {
      this.move(t, d);
      const loss = evaluate();
      const gradient = this.flat_gradient(maximize);
      this.all.forEach((param, i) => {
        copy_into(param, before[i]);
        param.bump_version();
      });
      return { t, loss, gradient, slope: inner(gradient, d) };
    };
    return strong_wolfe(at, start, first, largest(d), most);
  }

  /** All parameters moved by t·d. */
  private move(t: number, d: Tensor): void {
    let at = 0;
    const pairs = this.all.map((param) => {
      const part = d.narrow(0, at, param.count);
      at += param.count;
      return [param, part] as const;
    });
    add_scaled(t, pairs);
    for (const param of this.all) param.bump_version();
  }

  private flat_gradient(maximize: boolean): Tensor {
    const parts = this.all.map((param) =>
      param.grad_slot === null ? zeros([param.count], { dtype: param.dtype }) : reshape(param.grad_slot.detach(), [-1]),
    );
    const flat = cat(parts);
    return maximize ? flat.neg() : flat;
  }

  private recall(): Memory {
    const empty: Memory = {
      func_evals: 0,
      n_iter: 0,
      d: null,
      t: 0,
      old_dirs: [],
      old_stps: [],
      ro: [],
      H_diag: 1,
      prev_flat_grad: null,
      prev_loss: 0,
    };
    return { ...empty, ...(this.state.get(this.all[0]) as Partial<Memory> | undefined) };
  }

  private remember(memory: Memory): void {
    this.state.set(this.all[0], memory as unknown as ParamState);
  }
}

function loss_value(result: unknown): number {
  if (typeof result === 'number') return result;
  if (!(result instanceof Tensor) || result.count !== 1)
    return fail_type('LBFGS', 'what closure returns', 'a loss: a number or a Tensor of one element', result);
  return result.item() as number;
}
