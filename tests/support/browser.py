"""A headless Chromium, driven over its DevTools protocol on the loopback: what a reader does."""

import base64
import itertools
import json
import shutil
import subprocess
import time
from pathlib import Path

import websocket

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
DESKTOP, PHONE = (1280, 900), (390, 844)
_KEYS = {"Escape": 27, "Enter": 13, "Tab": 9, "ArrowLeft": 37, "ArrowRight": 39}


class Browser:
    """One page. `asked` holds the address of every request that the page has made so far, and
    `said` what it wrote to its console: refusals of its policy and errors."""

    def __init__(self, folder):
        self.asked, self.said = [], []
        self._numbers = itertools.count(1)
        self._process = subprocess.Popen(
            [
                CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-dev-shm-usage",
                "--remote-debugging-port=0", "--remote-allow-origins=*",
                f"--user-data-dir={folder / 'profile'}", "about:blank",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._socket = websocket.create_connection(self._address(folder), timeout=180)
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    _session = ""

    @staticmethod
    def _address(folder):
        place = folder / "profile" / "DevToolsActivePort"
        for _ in range(600):
            lines = place.read_text().splitlines() if place.exists() else []
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            time.sleep(0.05)
        raise TimeoutError("Chromium did not start")

    def send(self, method, **params):
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            heard = json.loads(self._socket.recv())
            self._note(heard)
            if heard.get("id") == number:
                assert "error" not in heard, heard
                return heard["result"]

    def _note(self, heard):
        params = heard.get("params", {})
        if heard.get("method") == "Network.requestWillBeSent":
            self.asked.append(params["request"]["url"])
        elif heard.get("method") == "Log.entryAdded":
            self.said.append(params["entry"]["text"])
        elif heard.get("method") == "Runtime.exceptionThrown":
            self.said.append(json.dumps(params["exceptionDetails"])[:300])

    def open(self, file, size=DESKTOP, *, is_dark=False):
        """Show the file as a screen of that size does; a phone is touched, not pointed at."""
        return self.visit(Path(file).as_uri(), size, is_dark=is_dark)

    def visit(self, address, size=DESKTOP, *, is_dark=False):
        """Show what is at the address, as `open` shows a file."""
        width, height = size
        is_phone = width < 600
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=2 if is_phone else 1, mobile=is_phone,
        )  # fmt: skip
        self.send("Emulation.setTouchEmulationEnabled", enabled=is_phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=address)
        for _ in range(3600):
            if self.run("document.readyState + (location.protocol != 'about:')") == "completetrue":
                return self
            time.sleep(0.05)
        raise TimeoutError(f"{address} did not load")

    def run(self, script):
        """The value of a JavaScript expression, or of the promise that it is."""
        done = self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in done, json.dumps(done["exceptionDetails"])[:2000]
        return done["result"].get("value")

    def press(self, key):
        for kind in ("rawKeyDown", "keyUp"):
            extra = {"text": "\r"} if key == "Enter" and kind == "rawKeyDown" else {}
            self.send(
                "Input.dispatchKeyEvent", type="keyDown" if extra else kind, key=key, code=key,
                windowsVirtualKeyCode=_KEYS[key], **extra,
            )  # fmt: skip

    def point_at(self, selector):
        x, y = self._middle(selector)
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def tap(self, selector):
        x, y = self._middle(selector)
        self.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        time.sleep(0.2)

    def wait_for(self, script, seconds=5):
        """True as soon as the expression is, False if it has not become so in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.run(f"Boolean({script})"):
                return True
            time.sleep(0.05)
        return False

    def _middle(self, selector):
        box = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
            "return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        time.sleep(0.1)  # a scroll event of the page's own comes with the next frame
        return box

    def picture(self, file, *, whole=False):
        shot = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        Path(file).write_bytes(base64.b64decode(shot["data"]))

    def print(self, file):
        paper = self.send("Page.printToPDF", printBackground=False)
        Path(file).write_bytes(base64.b64decode(paper["data"]))

    def close(self):
        self._socket.close()
        self._process.terminate()
        self._process.wait(timeout=20)
