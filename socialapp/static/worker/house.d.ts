/** What /sw.js puts before worker.js. */
declare const HOUSE: { build: string; shell: string[]; icon: string; badge: string };
