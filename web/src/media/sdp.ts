/** What we add to the browser's own offer.  Pure. */

/** Line `a=rtcp-fb:<opus> nack` in every audio section: a lost voice packet may be sent again (docs/protocol.md). */
export function withAudioNack(sdp: string): string {
  return sdp
    .split(/^(?=m=)/m)
    .map((section) => (section.startsWith("m=audio") ? asksAgain(section) : section))
    .join("");
}

function asksAgain(section: string): string {
  const opus = /^a=rtpmap:(\d+) opus\/48000.*$/im.exec(section);
  if (!opus || new RegExp(`^a=rtcp-fb:${opus[1]} nack\\s*$`, "m").test(section)) return section;
  return section.replace(opus[0], `${opus[0].trimEnd()}\r\na=rtcp-fb:${opus[1]} nack`);
}
