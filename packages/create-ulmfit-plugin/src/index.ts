export { createPlugin, type CreatedPlugin, type CreatePluginOptions } from './create-plugin.js';
export { parsePackageName, type PackageName } from './package-name.js';
export { pluginKinds, requireKind, type PluginKind } from './plugin-kind.js';
