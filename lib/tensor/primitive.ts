import { fail, shape_text } from '../errors';
import { Tensor } from './tensor';

/** What JavaScript makes of a tensor where it wants a plain value: `loss < 0.1`, `x + y`, `JSON.stringify`. */

declare module './tensor' {
  interface Tensor {
    /**
     * A tensor of one element is its number in comparisons and arithmetic of JavaScript. Others are an error there, as objects have no operators; in
     * text, `${x}`, they print.
     */
    [Symbol.toPrimitive](hint: string): number | string;
    /** The nested list that `tolist()` gives, for `JSON.stringify`. */
    toJSON(): unknown;
  }
}

const methods = {
  [Symbol.toPrimitive](this: Tensor, hint: string): number | string {
    if (hint === 'string') return this.toString();
    if (this.count === 1) return this.item();
    return fail(
      'Tensor',
      `JavaScript has no operators on objects: write a.add(b), a.lt(b), … (in text: \${a}); got shape ${shape_text(this.shape)}`,
    );
  },
  toJSON(this: Tensor): unknown {
    return this.tolist();
  },
};

for (const key of Reflect.ownKeys(methods) as (keyof typeof methods)[])
  Object.defineProperty(Tensor.prototype, key, { value: methods[key], configurable: true, writable: true });
