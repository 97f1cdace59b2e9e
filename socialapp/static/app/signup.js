// @ts-check
/** The daily tickets come back at midnight of this browser's time zone. */
const field = document.querySelector('[data-signup] [name="time_zone"]');
if (field instanceof HTMLInputElement) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}
