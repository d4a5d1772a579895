/** Texts that are kept. */

/** The first `maxLength` characters of `text`: a copy, since a slice would keep all of a long text in memory. */
export function beginningOf(text, maxLength) {
  if (text.length <= maxLength) return text;
  return Buffer.from(text.slice(0, maxLength), "utf16le").toString("utf16le");
}
