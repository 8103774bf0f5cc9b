import { shown } from './json';

/**
 * Python's pickle, as far as it describes data: a little stack machine. Classes and functions are only names here; what they make is up to the
 * caller, and nothing is run.
 *
 * @see https://docs.python.org/3/library/pickletools.html
 */

/** A class or function by its name. */
export class Global {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** What the machine is made for. Dicts are Maps, lists and tuples arrays. */
export interface Maker {
  /** What calling `global` with these arguments gives. */
  call(global: Global, args: readonly unknown[]): unknown;
  /** What a persistent id stands for. */
  persistent(id: unknown): unknown;
  broken(why: string): never;
}

const MARK = Symbol('mark');

export function unpickle(bytes: Uint8Array, maker: Maker): unknown {
  return new Machine(bytes, maker).run();
}

class Machine {
  private at = 0;
  private readonly view: DataView;
  private readonly stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly maker: Maker,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): unknown {
    for (;;) {
      const code = this.take(1)[0];
      if (code === 0x2e) return this.pop();
      if (!this.literal(code) && !this.container(code)) this.other(code);
    }
  }

  private take(length: number): Uint8Array {
    if (!(length <= this.bytes.length - this.at)) this.maker.broken('its description ends too early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** A number that begins here. */
  private read<T>(length: number, get: (at: number) => T): T {
    this.take(length);
    return get(this.at - length);
  }
  private u8 = (): number => this.take(1)[0];
  private u32 = (): number => this.read(4, (at) => this.view.getUint32(at, true));
  private u64 = (): number => Number(this.read(8, (at) => this.view.getBigUint64(at, true)));

  private text(length: number): string {
    return new TextDecoder().decode(this.take(length));
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    const text = this.text(end < 0 ? Number.NaN : end - this.at);
    this.at++;
    return text;
  }

  private push(value: unknown): true {
    this.stack.push(value);
    return true;
  }

  private pop(): unknown {
    if (this.stack.length === 0) return this.wrong();
    const value = this.stack.pop();
    return value === MARK ? this.wrong() : value;
  }

  private top(): unknown {
    const value = this.stack[this.stack.length - 1];
    return value === undefined && this.stack.length === 0 ? this.wrong() : value;
  }

  private pop_marked(): unknown[] {
    const mark = this.stack.lastIndexOf(MARK);
    return mark < 0 ? this.wrong() : this.stack.splice(mark).slice(1);
  }

  private wrong(): never {
    return this.maker.broken('its description makes no sense');
  }

  /** Numbers, strings and what else stands for itself. */
  private literal(code: number): boolean {
    switch (code) {
      case 0x4e: // N
        return this.push(null);
      case 0x88:
        return this.push(true);
      case 0x89:
        return this.push(false);
      case 0x4a: // J
        return this.push(this.read(4, (at) => this.view.getInt32(at, true)));
      case 0x4b: // K
        return this.push(this.u8());
      case 0x4d: // M
        return this.push(this.read(2, (at) => this.view.getUint16(at, true)));
      case 0x8a:
        return this.push(whole(this.take(this.u8())));
      case 0x47: // G
        return this.push(this.read(8, (at) => this.view.getFloat64(at)));
      case 0x58: // X
        return this.push(this.text(this.u32()));
      case 0x8c:
        return this.push(this.text(this.u8()));
      case 0x8d:
        return this.push(this.text(this.u64()));
    }
    return false;
  }

  private container(code: number): boolean {
    switch (code) {
      case 0x28: // (
        return this.push(MARK);
      case 0x7d: // }
        return this.push(new Map());
      case 0x5d: // ]
      case 0x29: // )
        return this.push([]);
      case 0x74: // t
        return this.push(this.pop_marked());
      case 0x85:
      case 0x86:
      case 0x87: {
        const parts = Array.from({ length: code - 0x84 }, () => this.pop());
        return this.push(parts.reverse());
      }
      case 0x73: {
        // s
        const value = this.pop();
        return this.set([this.pop(), value]);
      }
      case 0x75: // u
        return this.set(this.pop_marked());
      case 0x61: // a
        return this.append([this.pop()]);
      case 0x65: // e
        return this.append(this.pop_marked());
    }
    return false;
  }

  private set(pairs: readonly unknown[]): true {
    const target = this.top();
    if (!(target instanceof Map) || pairs.length % 2 !== 0) return this.wrong();
    for (let i = 0; i < pairs.length; i += 2) target.set(pairs[i], pairs[i + 1]);
    return true;
  }

  private append(parts: readonly unknown[]): true {
    const target = this.top();
    if (!Array.isArray(target)) return this.wrong();
    for (const each of parts) target.push(each);
    return true;
  }

  private other(code: number): void {
    switch (code) {
      case 0x80: // protocol
        this.u8();
        return;
      case 0x95: // frame
        this.u64();
        return;
      case 0x71: // q
        this.memo.set(this.u8(), this.top());
        return;
      case 0x72: // r
        this.memo.set(this.u32(), this.top());
        return;
      case 0x94:
        this.memo.set(this.memo.size, this.top());
        return;
      case 0x68: // h
        this.recall(this.u8());
        return;
      case 0x6a: // j
        this.recall(this.u32());
        return;
      case 0x63: {
        // c
        const module = this.line();
        this.push(new Global(module, this.line()));
        return;
      }
      case 0x93: {
        const name = this.pop();
        this.push(new Global(String(this.pop()), String(name)));
        return;
      }
      case 0x52: // R
      case 0x81: {
        const args = this.pop();
        const callee = this.pop();
        if (!(callee instanceof Global) || !Array.isArray(args)) this.wrong();
        else this.push(this.maker.call(callee, args));
        return;
      }
      case 0x62: // b: the attributes of a dict, such as an OrderedDict's _metadata, are left out
        this.pop();
        if (!(this.top() instanceof Map)) this.wrong();
        return;
      case 0x51: // Q
        this.push(this.maker.persistent(this.pop()));
        return;
    }
    this.maker.broken(`its description has an unknown word, ${shown(code)}`);
  }

  private recall(index: number): void {
    if (!this.memo.has(index)) this.wrong();
    this.push(this.memo.get(index));
  }
}

/** Little-endian in two's complement; a bigint where a number would not be exact. */
function whole(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
  value = BigInt.asIntN(8 * bytes.length, value);
  return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
