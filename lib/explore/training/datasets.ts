import { cat, ones, rand, randn, stack, zeros } from '../../ops';
import type { Tensor } from '../../tensor/tensor';
import type { DataSet } from '../protocol';

/** Points of two classes in the plane. */

export interface Points {
  /** [n, 2] */
  readonly x: Tensor;
  /** [n, 1], 0 or 1. */
  readonly y: Tensor;
}

/** n points, half of each class, from the default generator; within the square of half width 1.7, but for rare noise. */
export function draw(name: DataSet, n: number): Points {
  const half = n / 2;
  const classes = name === 'moons' ? moons(half) : spiral(half);
  return { x: cat(classes), y: cat([zeros([half, 1]), ones([half, 1])]) };
}

/** Two half circles, each reaching into the other. */
function moons(n: number): Tensor[] {
  return [0, 1].map((side) => {
    const angle = rand([n]).mul(Math.PI);
    const sign = side === 0 ? 1 : -1;
    return plane(
      angle
        .cos()
        .mul(sign)
        .add(-0.5 * sign),
      angle
        .sin()
        .mul(sign)
        .add(-0.25 * sign),
      0.1,
    );
  });
}

/** Two arms that wind one and a half times. */
function spiral(n: number): Tensor[] {
  return [0, 1].map((side) => {
    const radius = rand([n]).sqrt();
    const angle = radius.mul(3 * Math.PI).add(side * Math.PI);
    return plane(radius.mul(angle.cos()).mul(1.45), radius.mul(angle.sin()).mul(1.45), 0.03);
  });
}

function plane(x: Tensor, y: Tensor, noise: number): Tensor {
  const points = stack([x, y], 1);
  return points.add(randn([...points.shape]).mul(noise));
}
