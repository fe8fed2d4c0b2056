/** What {@link chooseWheel} decides on: the machine that Node runs on, and the Python whose pip will download. */
export interface WheelRequest {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The local Python's version, such as `3.11.7`; left out when none is known. */
  readonly pythonVersion?: string | undefined;
  /** What `platform.machine()` says in that Python; a translated Python would download for the wrong processor. */
  readonly pythonMachine?: string | undefined;
  /** Whether the C library is musl (Alpine Linux). */
  readonly musl?: boolean | undefined;
  /** Whether it is to compute on graphics cards. */
  readonly gpu?: boolean | undefined;
}

/** A wheel that holds TensorFlow's C library for a machine, and how to tell pip so. */
export interface WheelChoice {
  readonly project: 'tensorflow' | 'tensorflow-cpu';
  readonly version: string;
  /** The arguments after `python -m pip`, without the destination. */
  readonly pipArguments: readonly string[];
}

/** There is no such wheel, and why. */
export interface NoWheel {
  readonly unavailable: string;
}

interface PublishedWheel {
  project: 'tensorflow' | 'tensorflow-cpu';
  version: string;
  /** Minor versions of Python 3 that the wheel is published for, oldest and newest. */
  pythons: readonly [number, number];
  tag: string;
  machines: readonly string[];
}

const published: Readonly<Record<string, PublishedWheel>> = {
  'linux x64': {
    project: 'tensorflow-cpu',
    version: '2.21.0',
    pythons: [10, 13],
    tag: 'manylinux_2_27_x86_64',
    machines: ['x86_64', 'amd64'],
  },
  // tensorflow-cpu has no wheel for this one; the plain project is without CUDA here.
  'linux arm64': {
    project: 'tensorflow',
    version: '2.21.0',
    pythons: [10, 13],
    tag: 'manylinux_2_27_aarch64',
    machines: ['aarch64', 'arm64'],
  },
  'darwin arm64': {
    project: 'tensorflow',
    version: '2.21.0',
    pythons: [10, 13],
    tag: 'macosx_12_0_arm64',
    machines: ['arm64'],
  },
  // The last release for Macs with an Intel processor.
  'darwin x64': {
    project: 'tensorflow',
    version: '2.16.2',
    pythons: [9, 12],
    tag: 'macosx_10_15_x86_64',
    machines: ['x86_64'],
  },
};

/** With code for graphics cards of NVIDIA; of CUDA it only knows the names. */
const publishedForGpu: PublishedWheel = {
  project: 'tensorflow',
  version: '2.21.0',
  pythons: [10, 13],
  tag: 'manylinux_2_27_x86_64',
  machines: ['x86_64', 'amd64'],
};

/**
 * Chooses the wheel whose C library tfjs-node is built against. The library doesn't depend on Python: any of
 * a release's wheels for the platform will do, so a Python that is too old, too new or absent asks for another one's.
 */
export function chooseWheel(request: WheelRequest): WheelChoice | NoWheel {
  const { platform, arch, pythonVersion, pythonMachine, musl = false, gpu = false } = request;
  if (gpu && (platform !== 'linux' || arch !== 'x64'))
    return {
      unavailable: `for graphics cards TensorFlow is published for Linux on x64 alone, not for ${platform} on ${arch}`,
    };
  if (platform === 'win32')
    return { unavailable: 'on Windows the library comes from tfjs-node’s own installer' };
  if (musl) return { unavailable: 'TensorFlow is published for glibc, and this system has musl' };
  const wheel = gpu ? publishedForGpu : published[`${platform} ${arch}`];
  if (wheel === undefined) return { unavailable: `TensorFlow is not published for ${platform} on ${arch}` };

  const [oldest, newest] = wheel.pythons;
  const [major, minor] = (pythonVersion ?? '').split('.').map(Number);
  const fits = major === 3 && minor !== undefined && minor >= oldest && minor <= newest;
  const native = pythonMachine === undefined || wheel.machines.includes(pythonMachine.toLowerCase());
  const other = [
    ['--implementation', 'cp'],
    ['--python-version', `3.${newest}`],
    ['--abi', `cp3${newest}`],
    ['--platform', wheel.tag],
  ].flat();
  return {
    project: wheel.project,
    version: wheel.version,
    pipArguments: [
      'download',
      '--no-deps',
      '--only-binary=:all:',
      ...(fits && native ? [] : other),
      `${wheel.project}==${wheel.version}`,
    ],
  };
}
