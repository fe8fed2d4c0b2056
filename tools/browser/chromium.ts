import { existsSync } from 'node:fs';

/** Where distributions put it. */
const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const named = process.env['ULMFIT_CHROMIUM'];

/** The Chromium that tests run in: that of `ULMFIT_CHROMIUM`, none where that is empty, or one where it usually is. */
export const chromium: string | undefined = named === '' ? undefined : (named ?? usual.find(existsSync));

/** How it is started: as root there is no sandbox, and without a graphics card WebGL and WebGPU are computed by software. */
export const chromiumOptions = {
  ...(chromium !== undefined && { executablePath: chromium }),
  args: [
    '--no-sandbox',
    '--enable-unsafe-swiftshader',
    '--use-angle=swiftshader',
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
    '--disable-background-networking',
  ],
};
