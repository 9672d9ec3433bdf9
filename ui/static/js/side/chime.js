// A short sound, made here.

/** Two notes up, in hertz, and how long each rings, in seconds. */
const [notes, ring] = [[659.25, 880], 0.22];
/** How soon it may sound again, in milliseconds: ten messages at once are one sound. */
const rest = 2500;

/** @type {AudioContext | undefined} */
let audio;
let last = -rest;

/** Browsers let a page sound only after somebody touched it. */
export function chime() {
  if (performance.now() - last < rest || !navigator.userActivation?.hasBeenActive) return;
  last = performance.now();
  audio ??= new AudioContext();
  audio.resume();
  notes.forEach((pitch, i) => note(/** @type {AudioContext} */ (audio), pitch, (i * ring) / 2));
}

/**
 * @param {AudioContext} on
 * @param {number} pitch
 * @param {number} after
 */
function note(on, pitch, after) {
  const [tone, volume] = [on.createOscillator(), on.createGain()];
  const from = on.currentTime + after;
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, from);
  volume.gain.exponentialRampToValueAtTime(0.12, from + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, from + ring);
  tone.connect(volume).connect(on.destination);
  tone.start(from);
  tone.stop(from + ring);
}
