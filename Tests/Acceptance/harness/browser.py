"""Debian's chromium, driven by Selenium."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

from harness.waiting import DEADLINE


@contextmanager
def browser(scripts: bool = False, network_log: bool = False) -> Iterator[WebDriver]:
    """A fresh headless browser that accepts self-signed certificates and runs no script of a page, unless asked to.

    With `network_log`, it keeps what the function of that name tells."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server"):
        options.add_argument(argument)
    options.accept_insecure_certs = True
    if network_log:
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_script_timeout(DEADLINE)
    try:
        yield driver
    finally:
        driver.quit()


def network_log(driver: WebDriver) -> list[dict[str, Any]]:
    """What a browser with `network_log` did since this was asked last, in the words of the DevTools protocol."""
    entries = driver.execute("getLog", {"type": "performance"})["value"]
    return [json.loads(entry["message"])["message"] for entry in entries]


@contextmanager
def next_page(driver: WebDriver) -> Iterator[None]:
    """Waits at the end until what was done within has led to another page."""
    old = driver.find_element(By.TAG_NAME, "html")
    yield
    ignored = (NoSuchElementException, StaleElementReferenceException)
    WebDriverWait(driver, DEADLINE, ignored_exceptions=ignored).until(
        lambda d: d.find_element(By.TAG_NAME, "html") != old
    )


def answer_form(driver: WebDriver, address: str, email: str, score: int, comment: str) -> str:
    """Opens the form, fills it in as a person would, sends it, and returns the text of the page that follows."""
    driver.get(address)
    driver.find_element(By.NAME, "email").send_keys(email)
    radio = driver.find_element(By.CSS_SELECTOR, f"input[name=score][value='{score}']")
    radio.find_element(By.XPATH, "ancestor::label").click()
    driver.find_element(By.NAME, "comment").send_keys(comment)
    with next_page(driver):
        driver.find_element(By.CSS_SELECTOR, "form button").click()
    return driver.find_element(By.TAG_NAME, "body").text
