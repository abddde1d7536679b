"""The demo estate: two residential towers and a shopping podium, as the text of an ordinary site file (docs/demo.md).

Everything in it is invented. Nothing in the program treats it differently from a user's own site.
"""

from config.demo.site import CONNECTIONS, site_text

__all__ = ["CONNECTIONS", "site_text"]
