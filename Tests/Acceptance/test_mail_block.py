"""The e-mail block as a phone and a wide window show it, measured in a browser."""

from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from harness.browser import browser
from harness.deployment import Deploy

MEASURE = """
return Array.from(document.querySelectorAll("a")).map(link => {
  const box = link.getBoundingClientRect();
  return {score: link.textContent, left: box.left, top: box.top, width: box.width, height: box.height};
});
"""
TARGET = 44
"""The least size in pixels that a finger can hit (WCAG 2.2, 2.5.5)."""


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("width", "rows"), [(320, 2), (700, 1)])
def test_eleven_targets_in_their_rows(deploy: Deploy, tmp_path: Path, language: str, width: int, rows: int) -> None:
    deployment = deploy({"survey": {"subject": "Acme"}})
    block = deployment.run("links", "email", "--html", "--lang", language)
    assert block.returncode == 0, block.stderr
    message = tmp_path / "message.html"
    head = '<!doctype html><meta charset="utf-8"><title>m</title>'
    message.write_text(f'{head}<body style="margin:8px"><p>Hello.</p>{block.stdout}<p>Bye.</p>')
    with browser(scripts=True) as driver:
        metrics = {"width": width, "height": 700, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        driver.get(message.as_uri())
        links: list[dict[str, Any]] = driver.execute_script(MEASURE)
        scrolls: int = driver.execute_script("return document.documentElement.scrollWidth")
        ends = [driver.find_element(By.CSS_SELECTOR, f"table table table:nth-of-type({n}) tr + tr td") for n in (1, 2)]
        places = [end.rect["y"] for end in ends]
    assert [link["score"] for link in links] == [str(score) for score in range(11)]
    assert all(link["width"] >= TARGET and link["height"] >= TARGET for link in links), links
    assert len({round(link["top"]) for link in links}) == rows
    assert scrolls <= width, "one has to scroll sideways"
    first_row = [link["left"] for link in links[:6]]
    assert first_row == sorted(first_row, reverse=language == "ar")
    assert all(place > link["top"] for place, link in zip(places, (links[0], links[10]), strict=True))


def test_one_part_at_a_time(deploy: Deploy) -> None:
    both = deploy().run("links", "email", "--html", "--text")
    assert both.returncode == 64
    assert "One part at a time" in both.stderr
