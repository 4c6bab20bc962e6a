import { compression } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";

/** Three entries: the room, what every other page loads, and documents on a page.  Everything is served under /assets/ from web/dist. */
export default defineConfig({
  base: "/assets/",
  // beside each file what goes over a slow line instead (server/pages/assets.py)
  plugins: [compression({ algorithms: ["brotliCompress", "gzip"], include: /\.(js|mjs|css|svg)$/ })],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist",
    assetsDir: "",
    manifest: true,
    assetsInlineLimit: 0, // the policy of our pages lets nothing come from data: URLs
    modulePreload: { polyfill: false },
    target: ["chrome96", "firefox102", "safari15.4"],
    rolldownOptions: { input: ["src/main.ts", "src/page.ts", "src/reader.ts", "src/network.ts"] },
  },
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "node" },
});
