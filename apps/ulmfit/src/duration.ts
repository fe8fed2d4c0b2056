/** Seconds as a person writes them: `8s`, `2m05s`, `1h02m`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours}h${twoDigits(minutes)}m`;
  return minutes > 0 ? `${minutes}m${twoDigits(whole % 60)}s` : `${whole}s`;
}

const twoDigits = (n: number) => String(n).padStart(2, '0');
