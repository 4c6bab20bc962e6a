import { describe, expect, it } from "vitest";
import { withAudioNack } from "./sdp";

const lines = (...all: string[]) => all.map((line) => `${line}\r\n`).join("");
const AUDIO = ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=fmtp:111 useinbandfec=1"];
const VIDEO = ["m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:1", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack"];

describe("the offer", () => {
  it("asks for lost voice packets in every audio line, and changes nothing else", () => {
    const before = lines("v=0", ...AUDIO, ...VIDEO, ...AUDIO);
    const after = withAudioNack(before);
    expect(after.match(/^a=rtcp-fb:111 nack\r$/gm)).toHaveLength(2);
    expect(after.replaceAll("a=rtcp-fb:111 nack\r\n", "")).toBe(before);
  });

  it("keeps one that asks already", () => {
    const once = withAudioNack(lines("v=0", ...AUDIO));
    expect(withAudioNack(once)).toBe(once);
  });

  it("takes the payload type that the browser chose", () => {
    const firefox = lines("v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 109", "a=rtpmap:109 opus/48000/2");
    expect(withAudioNack(firefox)).toContain("a=rtpmap:109 opus/48000/2\r\na=rtcp-fb:109 nack\r\n");
  });

  it("leaves an audio line without opus alone", () => {
    const pcmu = lines("v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=rtpmap:0 PCMU/8000");
    expect(withAudioNack(pcmu)).toBe(pcmu);
  });
});
