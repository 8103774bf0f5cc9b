// The platforms that get a prebuilt addon, as folders under prebuilds, and zig's names for them. glibc 2.17 is that of 2012:
// every Linux that runs Node 20 has it, or a later one.
export const glibc_floor = '2.17';
export const macos_floor = '13.0';

/** Bytes of one addon, at most; scripts/check_addons.mjs refuses more. */
export const addon_budget = 2_000_000;

export const platforms = {
  'linux-x64': { system: 'linux', target: `x86_64-linux-gnu.${glibc_floor}` },
  'linux-x64-musl': { system: 'linux', target: 'x86_64-linux-musl' },
  'linux-arm64': { system: 'linux', target: `aarch64-linux-gnu.${glibc_floor}` },
  'linux-arm64-musl': { system: 'linux', target: 'aarch64-linux-musl' },
  'darwin-arm64': { system: 'mac', target: `aarch64-macos.${macos_floor}` },
  'darwin-x64': { system: 'mac', target: `x86_64-macos.${macos_floor}` },
  'win32-x64': { system: 'win', target: 'x86_64-windows-gnu' },
};
