import type { Tensor } from '../tensor/tensor';

/** Results by their names and in their order: `const { values, indices } = …` and `const [values, indices] = …` both work. */
export abstract class NamedResults {
  *[Symbol.iterator](): Generator<Tensor, void, undefined> {
    yield* Object.values(this) as Tensor[];
  }
}
