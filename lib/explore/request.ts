import { entries } from './catalog';
import { type Choice, type CurveRequest, data_sets, MOST_CURVES, type TrainRequest } from './protocol';

/** Reads what came over the network: nothing of it is trusted, and the first thing wrong is an error in one line. */

export class BadRequest extends Error {}

type Fields = Readonly<Record<string, unknown>>;

function fields(name: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadRequest(`${name}: an object`);
  return value as Fields;
}

function number(name: string, value: unknown, low: number, high: number): number {
  if (typeof value !== 'number' || !(value >= low && value <= high))
    throw new BadRequest(`${name}: a number from ${low} to ${high}`);
  return value;
}

function integer(name: string, value: unknown, low: number, high: number): number {
  if (!Number.isInteger(value)) throw new BadRequest(`${name}: an integer`);
  return number(name, value, low, high);
}

function list(name: string, value: unknown, low: number, high: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length < low || value.length > high)
    throw new BadRequest(`${name}: a list of ${low} to ${high}`);
  return value;
}

function choice(value: unknown): Choice {
  const { name, values } = fields('activation', value);
  const entry = entries.find((entry) => entry.name === name);
  if (entry === undefined) throw new BadRequest('name: an activation of the page');
  const { length } = entry.parameters;
  const given = list('values', values, length, length);
  return {
    name: entry.name,
    values: entry.parameters.map(({ name, low, high }, i) => number(name, given[i], low, high)),
  };
}

export function parse_json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new BadRequest('the body: JSON');
  }
}

export function curve_request(body: unknown): CurveRequest {
  const { range, curves } = fields('the body', body);
  return { range: number('range', range, 0.1, 1000), curves: list('curves', curves, 1, MOST_CURVES).map(choice) };
}

export function train_request(body: unknown): TrainRequest {
  const { session, round, plan, steps } = fields('the body', body);
  if (typeof session !== 'string' || !/^[\w-]{1,64}$/.test(session)) throw new BadRequest('session: a short name');
  const { data, seed, rate, activation } = fields('plan', plan);
  const known = data_sets.find((name) => name === data);
  if (known === undefined) throw new BadRequest(`data: ${data_sets.join(' or ')}`);
  return {
    session,
    round: integer('round', round, 0, 2 ** 31),
    steps: integer('steps', steps, 0, 1000),
    plan: {
      data: known,
      seed: integer('seed', seed, 0, 2 ** 31),
      rate: number('rate', rate, 0, 10),
      activation: choice(activation),
    },
  };
}
