import * as torch from 'cresset';

/** What our side of every group is written with. */

export type Run = (iterations: number) => void;

/** A group's runs by name; the arguments are those of the case. */
export type Runs = Record<string, (...args: never[]) => Run>;

export function repeated(body: () => void): Run {
  return (iterations) => {
    for (let i = 0; i < iterations; i++) body();
  };
}

export function without_grad(body: () => void): Run {
  return (iterations) => torch.no_grad(() => repeated(body)(iterations));
}
