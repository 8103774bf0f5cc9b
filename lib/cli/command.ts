/** A subcommand of `cresset`. */
export interface Command {
  /** What `cresset NAME --help` prints. */
  readonly help: string;
  /** Does it; an error is reported as one line, with exit code 2. A number is the exit code, default 0. */
  run(args: readonly string[]): number | void | Promise<number | void>;
}
