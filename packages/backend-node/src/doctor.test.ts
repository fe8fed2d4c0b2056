import { describe, expect, it } from 'vitest';
import { doctor, type DoctorReport, formatDoctor } from './doctor.js';
import { parseCpuInfo, parseSysctl } from './instruction-sets.js';

const broken: DoctorReport = {
  platform: 'linux x64',
  node: '22.1.0',
  processor: 'Some CPU',
  cores: 4,
  instructionSets: [],
  backend: 'wasm',
  tfjsNode: { version: '4.22.0', directory: '/app/node_modules/@tensorflow/tfjs-node', broken: 'no binding' },
  tensorflowVersion: undefined,
  libraryPath: undefined,
  gpu: 'none: there is no driver',
  nativeKernels: 'not compiled',
  compiler: undefined,
  python: '3.11.7 (pip 23.2.1)',
  cacheDirectory: '/cache',
  installedBy: 'wasm',
  attempts: [
    { way: 'wheel', ok: false, reason: 'there is no C++ compiler' },
    { way: 'wasm', ok: true },
  ],
  advice: ['a C++ compiler is missing', 'then run it again'],
};

describe('doctor', () => {
  it('describes this machine', async () => {
    const report = await doctor();
    expect(report).toMatchObject({
      platform: `${process.platform} ${process.arch}`,
      node: process.versions.node,
    });
    expect(report.backend === 'tensorflow').toBe(report.tensorflowVersion !== undefined);
    if (report.backend !== 'tensorflow') expect(report.advice).not.toEqual([]);
  });
});

describe('formatDoctor', () => {
  it('says what runs, why the faster way failed and what to do', () => {
    const text = formatDoctor(broken);
    expect(text).toMatch(/^backend +wasm$/m);
    expect(text).toMatch(/^GPU +none: there is no driver$/m);
    expect(text).toMatch(/^kernels +not compiled$/m);
    expect(text).toMatch(/^tfjs-node +4\.22\.0, no binding$/m);
    expect(text).toMatch(/by pip failed: there is no C\+\+ compiler$/m);
    expect(text).toMatch(/^advice +a C\+\+ compiler is missing\n +then run it again$/m);
  });
});

describe('instruction sets', () => {
  it('reads Linux’s flags, of x86 and of ARM', () => {
    expect(
      parseCpuInfo('processor: 0\nflags\t\t: fpu avx2 avx512f avx512_bf16 amx_tile\n\nflags : sve'),
    ).toEqual(['AVX2', 'AVX-512', 'AVX-512 BF16', 'AMX']);
    expect(parseCpuInfo('Features : fp asimd bf16 i8mm')).toEqual(['NEON', 'BF16', 'I8MM']);
    expect(parseCpuInfo('')).toEqual([]);
  });

  it('reads macOS’s', () => {
    expect(
      parseSysctl('hw.optional.neon: 1\nhw.optional.arm.FEAT_BF16: 1\nhw.optional.arm.FEAT_I8MM: 0\n'),
    ).toEqual(['NEON', 'BF16']);
  });
});
