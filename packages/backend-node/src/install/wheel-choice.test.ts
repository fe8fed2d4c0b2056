import { describe, expect, it } from 'vitest';
import { chooseWheel, type WheelRequest } from './wheel-choice.js';

const argumentsFor = (request: WheelRequest): string | undefined => {
  const choice = chooseWheel(request);
  return 'unavailable' in choice ? undefined : choice.pipArguments.join(' ');
};
const PLAIN = 'download --no-deps --only-binary=:all:';

describe('chooseWheel', () => {
  it('leaves the choice to a Python that the release supports', () => {
    for (const pythonVersion of ['3.10.0', '3.11.7', '3.13.1']) {
      expect(argumentsFor({ platform: 'linux', arch: 'x64', pythonVersion, pythonMachine: 'x86_64' })).toBe(
        `${PLAIN} tensorflow-cpu==2.21.0`,
      );
    }
  });

  it('asks for another Python’s wheel when the local one is too old, too new or unknown', () => {
    for (const pythonVersion of ['3.8.10', '3.9.18', '3.14.0', '4.0.0', '2.7.18', 'nonsense', undefined]) {
      expect(argumentsFor({ platform: 'linux', arch: 'x64', pythonVersion })).toBe(
        `${PLAIN} --implementation cp --python-version 3.13 --abi cp313 --platform manylinux_2_27_x86_64 tensorflow-cpu==2.21.0`,
      );
    }
  });

  it('takes the plain project on arm64, where tensorflow-cpu has no wheel', () => {
    expect(
      argumentsFor({ platform: 'linux', arch: 'arm64', pythonVersion: '3.12.1', pythonMachine: 'aarch64' }),
    ).toBe(`${PLAIN} tensorflow==2.21.0`);
    expect(argumentsFor({ platform: 'linux', arch: 'arm64', pythonVersion: '3.9.2' })).toContain(
      '--platform manylinux_2_27_aarch64 tensorflow==2.21.0',
    );
    expect(
      argumentsFor({ platform: 'darwin', arch: 'arm64', pythonVersion: '3.13.0', pythonMachine: 'arm64' }),
    ).toBe(`${PLAIN} tensorflow==2.21.0`);
  });

  it('doesn’t trust a translated Python with the choice of the processor', () => {
    expect(
      argumentsFor({ platform: 'darwin', arch: 'arm64', pythonVersion: '3.12.0', pythonMachine: 'x86_64' }),
    ).toContain('--platform macosx_12_0_arm64');
  });

  it('stays with the last release for Intel Macs', () => {
    expect(argumentsFor({ platform: 'darwin', arch: 'x64', pythonVersion: '3.13.0' })).toBe(
      `${PLAIN} --implementation cp --python-version 3.12 --abi cp312 --platform macosx_10_15_x86_64 tensorflow==2.16.2`,
    );
  });

  it('takes the project with code for graphics cards, where there is one', () => {
    const machine = {
      platform: 'linux',
      arch: 'x64',
      pythonVersion: '3.11.2',
      pythonMachine: 'x86_64',
    } as const;
    expect(argumentsFor({ ...machine, gpu: true })).toBe(`${PLAIN} tensorflow==2.21.0`);
    for (const other of [{ arch: 'arm64' }, { platform: 'darwin', arch: 'arm64' }] as const) {
      expect(chooseWheel({ ...machine, ...other, gpu: true })).toEqual({
        unavailable: expect.stringContaining('for Linux on x64 alone') as string,
      });
    }
  });

  it('says why there is none', () => {
    expect(chooseWheel({ platform: 'win32', arch: 'x64', pythonVersion: '3.12.0' })).toEqual({
      unavailable: expect.stringContaining('own installer') as string,
    });
    expect(chooseWheel({ platform: 'linux', arch: 'x64', musl: true })).toEqual({
      unavailable: expect.stringContaining('musl') as string,
    });
    expect(chooseWheel({ platform: 'linux', arch: 'riscv64' })).toEqual({
      unavailable: expect.stringContaining('linux on riscv64') as string,
    });
  });
});
