"""What a browser calls itself, in words that its owner recognises."""

BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "coc_coc": "Cốc Cốc", "Firefox/": "Firefox", "FxiOS": "Firefox"}
BROWSERS |= {"CriOS": "Chrome", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "macOS"}
SYSTEMS |= {"CrOS": "ChromeOS", "Linux": "Linux"}


def device_name(told: str) -> str:
    """`Firefox · Windows`, of a User-Agent; what is not recognised is left out. The first that fits counts."""
    found = [next((name for mark, name in marks.items() if mark in told), "") for marks in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name)
