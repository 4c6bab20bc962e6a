/** Names that this page makes: of its connection, of its commands, of a motion or a task. */

/** 22 characters of base64url, 128 random bits. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
