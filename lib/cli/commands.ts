import type { Command } from './command';

export interface CommandEntry {
  /** One line for `cresset --help`. */
  readonly summary: string;
  /** Loaded when it is called: a command must not pay for another, nor fail because of it. */
  load(): Promise<Command>;
}

export const commands: Readonly<Record<string, CommandEntry>> = {
  build: {
    summary: 'build the native addon from the sources in the package',
    load: async () => (await import('./build.js')).build,
  },
  doctor: {
    summary: 'tell what cresset found on this machine, and whether it works',
    load: async () => (await import('./doctor.js')).doctor,
  },
  explore: {
    summary: 'serve a page: activations, their slopes, and a small network that learns with them',
    load: async () => (await import('./explore.js')).explore_command,
  },
  plot: {
    summary: 'draw activation functions into a file',
    load: async () => (await import('./plot.js')).plot,
  },
};
