/**
 * What `npm run release` may do here. npm hands a flag of its own, such as `--dry-run`, to no script but by the environment.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ does: 'show' } | { does: 'publish' } | { does: 'refuse', why: string }}
 */
export function releasePlan(args, env) {
  if (args.includes('--dry-run') || ![undefined, '', 'false'].includes(env['npm_config_dry_run']))
    return { does: 'show' };
  if (args.length > 0) return { does: 'refuse', why: `release: ${args.join(' ')}: there is only --dry-run` };
  if (env['CI'] === 'true' && env['ULMFIT_RELEASE'] === 'true') return { does: 'publish' };
  return {
    does: 'refuse',
    why: 'release: only the release job publishes, with CI=true and ULMFIT_RELEASE=true; `npm run release --dry-run` shows what it would',
  };
}
