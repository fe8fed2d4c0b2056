import { existsSync } from 'node:fs';

/** Where distributions put it. */
const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The Chromium that tests run in: that of `ULMFIT_CHROMIUM`, or one where it usually is; none where there is none. */
export const chromium: string | undefined = process.env['ULMFIT_CHROMIUM'] ?? usual.find(existsSync);

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
