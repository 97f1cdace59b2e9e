// @ts-check
/** What the recorder says, and how it tells scripts apart. */

/** @type {Record<string, string>} */
const NO_MICROPHONE = {
  NotAllowedError: "The browser may not use the microphone. Allow it in the address bar and press Record again, or use a file.",
  NotFoundError: "We found no microphone on this device. Plug one in, or use a file.",
  NotReadableError: "Another program has the microphone. Close it and press Record again, or use a file.",
};

/**
 * Why there is no sound, in words.
 * @param {string} name of the browser's error
 */
export function noMicrophone(name) {
  return NO_MICROPHONE[name] ?? "The microphone does not start. Use a file instead.";
}

/**
 * The script as it is read aloud: without tags, markup and lone signs, one space between.
 * @param {string} script
 */
export function readAloud(script) {
  return script
    .replace(/\[[^\]]*\]/gu, " ")
    .replace(/[*_~`#>]/gu, "")
    .split(/\s+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .join(" ");
}

/**
 * Why this file would be refused, known before it travels; empty: send it.
 * @param {{size: number, type: string}} file
 * @param {number} most bytes
 */
export function soundObjection(file, most) {
  if (file.type && !/^(audio|video)\//u.test(file.type) && file.type !== "application/ogg") {
    return "This is not a sound. Choose an MP3, M4A, WAV, FLAC, Ogg or WebM file.";
  }
  if (file.size === 0) return "This file is empty. Choose the sound again.";
  if (file.size > most) {
    const mb = (/** @type {number} */ bytes) => Math.round(bytes / 1024 ** 2);
    return `This file has ${mb(file.size)} MB; we take up to ${mb(most)} MB. Save it as MP3, M4A or Ogg.`;
  }
  return "";
}

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * How loud a block of sound is, 0 to 1: from -60 to 0 dB of its root mean square.
 * @param {Float32Array} samples
 */
export function level(samples) {
  let power = 0;
  for (const one of samples) power += one * one;
  const decibels = 10 * Math.log10(power / Math.max(1, samples.length) + 1e-9);
  return Math.min(1, Math.max(0, (decibels + 60) / 60));
}
