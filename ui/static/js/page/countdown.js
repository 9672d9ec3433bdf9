// Counts a wait down in whole seconds, and writes it.

/**
 * Calls show with the seconds left, now and each second, the last time with 0.
 * It goes by the clock: a page that slept catches up when it wakes.
 *
 * @param {number} seconds
 * @param {(left: number) => void} show
 */
export function countdown(seconds, show) {
  const end = Date.now() + seconds * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    show(left);
    if (left === 0) clearInterval(timer);
  };
  const timer = setInterval(tick, 1000);
  tick();
}

/**
 * A wait in seconds as "4:05" or "12 s".
 *
 * @param {number} seconds
 */
export function remaining(seconds) {
  if (seconds < 60) return `${seconds} s`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const clock = [hours, minutes, seconds % 60].map((n) => String(n).padStart(2, "0"));
  return (hours ? clock : clock.slice(1)).join(":").replace(/^0/, "");
}
