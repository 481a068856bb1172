/** A short sound of two notes, made here: no file is loaded. */

const NOTES = [660, 880];

/** Of one note, in seconds. */
const LENGTH = 0.14;
const LOUDNESS = 0.12;

/** Two messages that come together sound once, in ms. */
const PAUSE = 1_500;

let context = null;
let soundedAt = -Infinity;

/** Browsers let a page sound only after somebody has used it. */
export function unlock() {
  if (typeof AudioContext === "function") {
    context ??= new AudioContext();
    context.resume().catch(() => {}); // Then there is no sound, as the browser wants it.
  }
}

export function chime() {
  unlock();
  if (context === null || performance.now() - soundedAt < PAUSE) {
    return;
  }
  soundedAt = performance.now();
  NOTES.forEach((frequency, n) => note(frequency, context.currentTime + n * LENGTH));
}

function note(frequency, start) {
  const tone = new OscillatorNode(context, { type: "sine", frequency });
  const loudness = new GainNode(context, { gain: 0 });
  loudness.gain.setValueAtTime(0, start);
  loudness.gain.linearRampToValueAtTime(LOUDNESS, start + 0.01);
  loudness.gain.exponentialRampToValueAtTime(0.001, start + LENGTH);
  tone.connect(loudness).connect(context.destination);
  tone.start(start);
  tone.stop(start + LENGTH);
}
