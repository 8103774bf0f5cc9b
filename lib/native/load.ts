import { candidates, chosen, machine_lines, platform_name, way_out } from './machine';

/**
 * Finds and loads the addon: the file named by CRESSET_BINARY, else the one built on this machine, else the prebuilt one of
 * the package.
 * @throws with a report of the machine and the way out.
 */
export function load_addon(): unknown {
  const file = chosen()?.file;
  if (file === undefined) {
    const looked = candidates().map((candidate) => candidate.file);
    throw new Error(explain(`no native addon for ${here()}; looked for ${looked.join(' and ')}`));
  }
  try {
    return require(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if ((cause as { code?: unknown } | null)?.code === 'CRESSET_ISA')
      throw new Error(
        `cresset: CRESSET_ISA=${process.env.CRESSET_ISA} is ${reason}; use scalar, avx2, avx512 or neon, or unset it`,
        { cause },
      );
    throw new Error(explain(`${file} does not load on ${here()}: ${reason}`), { cause });
  }
}

function here(): string {
  return `${platform_name()}, Node ${process.versions.node}`;
}

function explain(problem: string): string {
  return [`cresset: ${problem}. ${way_out()}`, ...machine_lines().map((line) => `  ${line}`)].join('\n');
}
