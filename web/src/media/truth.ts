/** Whether everybody hears us: what was measured at both ends, never what is hoped.  Pure. */

export interface Measured {
  /** the server lets our voice through */
  allowed: boolean;
  /** sound leaves this page: packets counted */
  sending: boolean;
  /** the server's media process has our voice, and those with us have it */
  arrives: boolean;
  /** the line over which we are told that is up */
  told: boolean;
  /** ms since the server last reported on our packets by RTCP */
  reported: number;
  /** ms since our microphone brought any sound at all */
  silent: number;
}

export type Truth = "heard" | "unheard" | "silent";

const REPORTED = 3000; // reports come about three times a second
const SILENT = 8000; // a microphone in a quiet room still brings noise; one that is switched off brings none

export function truth(now: Measured): Truth {
  if (!now.allowed || !now.sending || !now.arrives || !now.told || now.reported > REPORTED) return "unheard";
  return now.silent > SILENT ? "silent" : "heard";
}
