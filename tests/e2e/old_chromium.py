"""Runs under Debian's own Python with Qt WebEngine 5.15, which is Chromium 87.

    xvfb-run -a /usr/bin/python3 old_chromium.py URL LOGIN PASSWORD PATH...

Signs in, opens each path, and prints one JSON object: the user agent, what each page's heading
says, and everything that its scripts complained about. It is a program of its own, since the
tests' environment has no Qt.
"""

import json
import os
import sys

os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--no-sandbox --disable-gpu --disable-quic")
os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

from PyQt5.QtCore import QTimer, QUrl
from PyQt5.QtWebEngineWidgets import QWebEnginePage, QWebEngineView
from PyQt5.QtWidgets import QApplication

SIGN_IN = """
document.querySelector('[name=login]').value = %s;
document.querySelector('[name=password]').value = %s;
document.querySelector('main form').submit();
"""
LOOK = """JSON.stringify({
  heading: (document.querySelector('h1') || {}).innerText || '',
  htmx: typeof window.htmx,
  pictures: document.querySelectorAll('.leaf image').length,
  lines: document.querySelectorAll('.lines text').length,
  open: document.querySelectorAll('.criterion.now').length,
  agent: navigator.userAgent,
  wide: document.documentElement.scrollWidth > window.innerWidth + 1
})"""


class Page(QWebEnginePage):
    """A page that keeps what its scripts complain about."""

    def __init__(self):
        super().__init__()
        self.complaints = []

    def javaScriptConsoleMessage(self, level, message, line, source):
        if level == QWebEnginePage.ErrorMessageLevel:
            self.complaints.append(f"{message} ({source}:{line})")


class Walk:
    """Goes from page to page as each one has loaded."""

    def __init__(self, app, base, login, password, paths):
        self.app, self.base, self.login, self.password = app, base, login, password
        self.paths, self.seen = list(paths), []
        self.page, self.view = Page(), QWebEngineView()
        self.view.setPage(self.page)
        self.view.resize(1366, 768)
        self.view.show()
        self.page.loadFinished.connect(self.loaded)
        self.step = "sign-in"
        self.page.load(QUrl(base + "/sign-in"))
        QTimer.singleShot(60000, self.give_up)

    def loaded(self, ok):
        if self.step == "sign-in":
            self.step = "signed-in"
            self.page.runJavaScript(SIGN_IN % (json.dumps(self.login), json.dumps(self.password)))
            return
        QTimer.singleShot(1500, lambda: self.page.runJavaScript(LOOK, self.look))

    def look(self, text):
        self.seen.append(dict(json.loads(text), address=self.page.url().path()))
        if self.paths:
            self.page.load(QUrl(self.base + self.paths.pop(0)))
        else:
            self.end(0)

    def give_up(self):
        self.page.complaints.append("gave up at " + self.page.url().toString())
        self.end(1)

    def end(self, status):
        print(json.dumps({"pages": self.seen, "complaints": self.page.complaints}))
        sys.stdout.flush()
        # Qt's teardown order crashes now and then; what was to be said has been said.
        os._exit(status)


def main():
    base, login, password = sys.argv[1:4]
    app = QApplication(sys.argv[:1])
    walk = Walk(app, base, login, password, sys.argv[4:])
    app.exec_()
    return walk


if __name__ == "__main__":
    main()
