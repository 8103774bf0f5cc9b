import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { ContenderName, Work } from './case';

/** A contender lives in a process of its own and answers one request line with one line of JSON. */

const root = join(__dirname, '../..');
const sources = join(root, 'bench/contenders');

export interface Info {
  name: string;
  threads: number;
  blas?: string;
  /** False where it was built without oneDNN. */
  sgemm?: boolean;
  isa?: string;
}

export interface Reply {
  seconds: number;
  page_faults?: number;
}

export class Contender {
  private readonly lines: AsyncIterableIterator<string>;
  private readonly reader: Interface;
  info: Info = { name: '', threads: 0 };

  private constructor(
    private readonly process: ChildProcess,
    readonly command: string,
  ) {
    this.reader = createInterface({ input: process.stdout! });
    this.lines = this.reader[Symbol.asyncIterator]();
  }

  /** Starts it; null where it cannot run on this machine. */
  static async start(name: ContenderName): Promise<Contender | null> {
    const command = commands[name]();
    if (command === null) return null;
    const child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'], cwd: root });
    const contender = new Contender(child, command.join(' '));
    contender.info = await contender.ask<Info>('info 0 0');
    return contender;
  }

  knows(work: Work): boolean {
    return work.run !== 'sgemm' || this.info.sgemm !== false;
  }

  async ask<T>(request: string): Promise<T> {
    this.process.stdin!.write(`${request}\n`);
    const line = await this.lines.next();
    if (line.done) throw new Error(`bench: \`${this.command}\` ended while it was asked for "${request}"`);
    const reply = JSON.parse(line.value) as T & { error?: string };
    if (reply.error !== undefined) throw new Error(`bench: \`${this.command}\` failed at "${request}": ${reply.error}`);
    return reply;
  }

  run(work: Work, threads: number, iterations: number): Promise<Reply> {
    return this.ask<Reply>([work.run, threads, iterations, ...work.args].join(' '));
  }

  /** Ends when its process has. */
  async stop(): Promise<void> {
    const ended = this.process.exitCode ?? this.process.signalCode ?? once(this.process, 'exit');
    this.process.stdin!.end();
    await ended;
    this.reader.close();
  }
}

const python = process.env.CRESSET_BENCH_PYTHON ?? 'python3';
let has_torch: boolean | undefined;

const commands: Record<ContenderName, () => string[] | null> = {
  ours: () => [process.execPath, join(__dirname, 'contenders/ours.js')],
  copying: () => commands.ours(),
  pytorch: () => {
    has_torch ??= spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
    return has_torch ? [python, join(sources, 'pytorch.py')] : null;
  },
  native: () => {
    const binary = compile_native();
    return binary === null ? null : [binary];
  },
};

/** Compiles the C++ contender, with oneDNN if its headers are here; null without a compiler. */
function compile_native(): string | null {
  const source = join(sources, 'native.cc');
  const binary = join(root, 'build/bench/native');
  if (existsSync(binary) && statSync(binary).mtimeMs > statSync(source).mtimeMs) return binary;
  mkdirSync(join(root, 'build/bench'), { recursive: true });
  const compiler = process.env.CXX ?? 'c++';
  for (const dnnl of [['-DWITH_DNNL', '-ldnnl'], []]) {
    const args = ['-O2', '-fopenmp', '-std=c++17', source, ...dnnl, '-o', binary];
    if (spawnSync(compiler, args, { stdio: 'ignore' }).status === 0) return binary;
  }
  return null;
}
