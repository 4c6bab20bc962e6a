"""Pictures of the room on a desk, without a server: `.venv/bin/python web/tools/desk.py OUT [name …]`.  Development only."""

import json
import subprocess
import sys
from pathlib import Path

import words
from playwright.sync_api import Page, Route, sync_playwright

WEB = Path(__file__).resolve().parents[1]
URL = "http://127.0.0.1:5199/assets/tools/room.html"
VITE = ["node", "node_modules/vite/bin/vite.js", "--port", "5199", "--strictPort", "--logLevel", "info"]
SIZES = {"phone": (360, 740), "desk": (1440, 900)}
FLAGS = ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SHOTS = {
    "member": ("as=member", []),
    "waiting": ("as=member&waiting&toast", []),
    "speaker": ("as=speaker&over", []),
    "chair": ("as=chair", []),
    "gathering": ("as=chair&gathering", []),
    "roll": ("as=chair", ["#tab-roll", ".roll > li:nth-child(3) .roll-line"]),
    "agenda": ("as=chair", ["#tab-agenda"]),
    "conduct": ("as=chair", ["#tab-conduct"]),
    "groups": ("as=chair&groups", ["#tab-groups"]),
    "splitting": ("as=chair&splitting", ["#tab-groups", "#side-panel .button:has-text('Chia tổ')"]),
    "grouped": ("as=plain&groups", []),
    "report": ("as=member&groups", ["#tab-groups"]),
    "gathered": ("as=member&gathered", ["#tab-agenda"]),
    "check": ("as=member&check", []),
    "offered": ("as=deputy&offered", []),
    "lost": ("as=member&lost", []),
    "close": ("as=chair", ["#tab-conduct", ".conduct .button:has-text('Bế mạc')"]),
    "lobby": ("screen=lobby", []),
    "denied": ("screen=lobby&denied", []),
    "way_out": ("screen=way_out", []),
    "left": ("screen=left", []),
    "ended": ("screen=ended", []),
    "closed": ("screen=closed", []),
    "english": ("as=member&lang=en", []),
}


def catalogue(route: Route) -> None:
    said = {str(m.id): str(m.string) for m in words.kept() if m.id}
    route.fulfill(body=json.dumps(said), content_type="application/json")


def shoot(page: Page, out: Path, name: str, size: str, theme: str) -> None:
    query, clicks = SHOTS[name]
    page.goto(f"{URL}?{query}&theme={theme}")
    page.wait_for_selector("#room > *")
    for selector in clicks:
        page.click(selector)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)
    page.screenshot(path=out / f"{name}-{size}-{theme}.png")
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        print(f"{name} {size}: {wide} px too wide")


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    names = sys.argv[2:] or list(SHOTS)
    server = subprocess.Popen(VITE, cwd=WEB, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert server.stdout
        while b"Local" not in server.stdout.readline():
            pass
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            for size, (width, height) in SIZES.items():
                page = browser.new_page(viewport={"width": width, "height": height})
                page.route("**/words.json", catalogue)
                page.on("pageerror", lambda error: print("page error:", error))
                page.on("console", lambda m: print("console:", m.text) if m.type in ("error", "warning") else None)
                for name in names:
                    for theme in ("light", "dark"):
                        shoot(page, out, name, size, theme)
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
