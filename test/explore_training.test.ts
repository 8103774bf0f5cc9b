import { decode_frame, EXTENT, type Frame, type Plan, SIDE } from '../lib/explore/protocol';
import { Desk } from '../lib/explore/training/desk';
import { Session } from '../lib/explore/training/session';

/** The network that the explorer trains. */

const leaky = { name: 'leaky_relu', values: [0.2] };

const plan = (activation = leaky, more: Partial<Plan> = {}): Plan => ({
  data: 'moons',
  seed: 3,
  rate: 0.01,
  activation,
  ...more,
});
const trained = (plan: Plan, steps: number): Frame => {
  const session = new Session(plan);
  session.run(steps, Infinity);
  return session.frame();
};

test('moons are told apart, and the frame shows it', () => {
  const frame = trained(plan(), 200);
  expect(frame.accuracy).toBeGreaterThan(0.95);
  expect(frame.losses).toHaveLength(200);
  expect(frame.losses[0]).toBeGreaterThan(0.6);
  expect(frame.loss).toBeLessThan(0.1);
  expect(frame.layers).toEqual([
    { units: 24, dead: 0 },
    { units: 24, dead: 0 },
  ]);
  expect(frame.slopes).toEqual([]);
  // The field is right where the points are.
  const right = Array.from({ length: frame.points.length / 3 }, (_, i) => {
    const [x, y, label] = frame.points.subarray(3 * i);
    const place = (value: number): number => Math.round(((value + EXTENT) / (2 * EXTENT)) * (SIDE - 1));
    return frame.field[place(-y) * SIDE + place(x)] > 0 === (label === 1);
  });
  expect(right.filter(Boolean).length / right.length).toBeGreaterThan(0.95);
});

test('spirals too, and PReLU learns its slopes', () => {
  const frame = trained(plan({ name: 'prelu', values: [0.25] }, { data: 'spiral' }), 400);
  expect(frame.accuracy).toBeGreaterThan(0.9);
  expect(frame.slopes).toHaveLength(2);
  for (const slope of frame.slopes) expect(slope).not.toBe(0.25);
});

test('rectifiers die of a high rate, leaky ones do not', () => {
  const dead = (name: string, values: number[]): number =>
    trained(plan({ name, values }, { rate: 0.3 }), 60).layers.reduce((sum, layer) => sum + layer.dead, 0);
  expect(dead('relu', [])).toBeGreaterThan(5);
  expect(dead('leaky_relu', [0.01])).toBe(0);
});

test('the same plan gives the same bits, whatever else trains meanwhile, also with random slopes', () => {
  const random = plan({ name: 'rrelu', values: [0.1, 0.3] });
  const alone = trained(random, 20);
  const [first, second] = [new Session(random), new Session(plan(leaky, { seed: 4 }))];
  for (let i = 0; i < 10; i++) for (const session of [first, second]) session.run(2, Infinity);
  const { losses, field } = first.frame();
  expect(losses).toEqual(alone.losses);
  expect(field).toEqual(alone.field);
  expect(trained(plan(leaky, { seed: 4 }), 20).losses).toEqual(second.frame().losses);
});

test('a slider acts on the running network', () => {
  for (const name of ['leaky_relu', 'prelu']) {
    const session = new Session(plan({ name, values: [0.2] }));
    session.run(20, Infinity);
    const before = session.frame();
    session.turn(plan({ name, values: [0.9] }));
    const after = session.frame();
    expect(after.step).toBe(20);
    expect(after.loss).not.toBe(before.loss);
    if (name === 'prelu') for (const slope of after.slopes) expect(slope).toBe(Math.fround(0.9));
    session.turn(plan({ name, values: [0.9] }, { rate: 0 }));
    session.run(3, Infinity);
    expect(session.frame().loss).toBe(after.loss);
  }
});

test('rounds start over; of many pages the one longest away does', () => {
  const desk = new Desk();
  const step = (session: string, round = 0): number =>
    decode_frame(desk.answer({ session, round, steps: 2, plan: plan() })).step;
  expect([step('a'), step('a'), step('a', 1), step('a', 1)]).toEqual([2, 4, 2, 4]);
  for (const session of 'bcdefgh') expect(step(session)).toBe(2);
  expect(step('a', 1)).toBe(6);
  expect(step('i')).toBe(2);
  expect(step('a', 1)).toBe(8);
  expect(step('b')).toBe(2);
});
