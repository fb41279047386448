"""The company, its calendar and its story; shared drawing and time arithmetic.

Instants are UTC epoch seconds, `day` is days since the first day of the data; both are NumPy arrays.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np


def listed(text):
    """The parts of a text with commas."""
    return tuple(text.split(","))


SEED, ZONE = 4, ZoneInfo("Europe/Amsterdam")
FIRST, LAST = date(2024, 11, 1), date(2026, 10, 31)
DAYS = (LAST - FIRST).days + 1
END = int(datetime(2026, 10, 31, 23, 59, tzinfo=ZONE).timestamp())
HOUR, DAY = 3600, 86400
HOLIDAYS = {
    date.fromisoformat(f"20{text}")
    for text in listed(
        "24-12-25,24-12-26,25-01-01,25-04-18,25-04-21,25-05-05,25-05-29,25-06-09,25-12-25,25-12-26,"
        "26-01-01,26-04-03,26-04-06,26-04-27,26-05-14,26-05-25",
    )
}  # weekdays only; NL, as `holidays`
CALENDAR = [FIRST + timedelta(d) for d in range(DAYS)]

TEAMS = ("Noord", "Zuid", "West", "Zakelijk", "Webshop")
CHANNELS = ("Email", "Phone", "Chat", "WhatsApp", "Social")
TOPICS = ("advies", "bestelling", "levering", "storing", "factuur", "opzegging", "aanbeveling")
AGENTS = {
    "Noord": listed("Zoë Bakker,Jelle Hoekstra,Sjoerd Dijkstra,Renée Postma,Wiebe de Jong,Anouk Veenstra"),
    "Zuid": listed("Daniël Smeets,Loes Janssen,Björn Hermans,Maud Claessen,Noël Peeters,Ilse van Gestel"),
    "West": listed("Youssef El Amrani,Chloé de Wit,Bram Visser,Fenna Mulder,Ruben Blok,Aïsha Bouzid"),
    "Zakelijk": listed("Thijs van der Laan,Inès Verhoeven,Koen Maas,Mariëlle Prins,Femke Groot,Sander Kok"),
    "Webshop": listed("Lotte Kuipers,René Scholten,Milan Jacobs,Eva Brouwer,Özlem Kaya,Tim Schouten"),
}
SEGMENTS = ("Particulier", "Zakelijk klein", "Zakelijk groot")

LAUNCH, PRICE_RISE, TRAINING, NEGLECT, BOT = (
    (date.fromisoformat(text) - FIRST).days
    for text in ("2026-03-16", "2026-01-01", "2025-09-15", "2025-07-01", "2025-05-01")
)


# --- The story: each effect is a number from 0 (absent) to 1 (full) by day --------------------------------


def slip(day):
    """Noord after the launch of Lumio Thuis: ten bad weeks, then half of it recovers."""
    return np.interp(day - LAUNCH, [0, 7, 75, 135], [0, 1, 1, 0.5])


def trained(day):
    """Zuid after its training."""
    return np.interp(day - TRAINING, [0, 40], [0, 1])


def neglect(day):
    """WhatsApp: grows, and nobody feels responsible."""
    return np.interp(day - NEGLECT, [-30, 280], [0, 1])


def price_anger(day):
    """The price rise: announced in December 2025, felt until the spring."""
    return np.interp(day - PRICE_RISE, [-31, -1, 0, 80, 125], [0, 0.25, 1, 0.8, 0])


# --- Time --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clock:
    """Seconds worked since the start as a piecewise linear function of the instant."""

    instants: np.ndarray
    worked: np.ndarray

    @classmethod
    def of(cls, hours):
        """`hours`: opening and closing hour by weekday, Monday first; a missing weekday is closed."""
        instants = [0.0]
        for day in (FIRST + timedelta(d) for d in range(DAYS + 400)):
            if day.weekday() < len(hours) and day not in HOLIDAYS:
                instants += [instant(day, hour) for hour in hours[day.weekday()]]
        lengths = np.diff(instants)
        lengths[::2] = 0
        return cls(np.array(instants), np.concatenate([[0], lengths.cumsum()]))

    def between(self, start, end):
        return np.interp(end, self.instants, self.worked) - np.interp(start, self.instants, self.worked)

    def after(self, start, seconds):
        return np.interp(np.interp(start, self.instants, self.worked) + seconds, self.worked, self.instants)


def instant(day, hour, minute=0, second=0):
    return datetime(
        day.year, day.month, day.day, int(hour), int(minute), int(second), tzinfo=ZONE
    ).timestamp()


def text_of(instants, pattern, blank=None):
    """Local times as text; empty where `blank` holds."""
    hidden = np.zeros(len(instants), bool) if blank is None else blank
    local = (datetime.fromtimestamp(int(i), ZONE) for i in instants)
    return ["" if h else when.strftime(pattern) for when, h in zip(local, hidden, strict=True)]


def hms(seconds, blank):
    return [
        "" if b else f"{int(s) // HOUR:02d}:{int(s) // 60 % 60:02d}:{int(s) % 60:02d}"
        for s, b in zip(seconds, blank, strict=True)
    ]


def day_of(instants):
    return (np.asarray(instants) - instant(FIRST, 0)) / DAY


BUSINESS = Clock.of([(9, 17)] * 5)
STAFFED = Clock.of([(8, 22)] * 5 + [(9, 18), (10, 17)])


# --- Drawing -----------------------------------------------------------------------------------------------


def draw(rng, options, weights):
    """One option a row, by that row's weights (an array of rows × options)."""
    sums = np.cumsum(weights, axis=1)
    return np.array(options)[(sums < rng.random(len(sums))[:, None] * sums[:, -1:]).sum(axis=1)]


def cut(latent, shares, first):
    """A standard-normal mood as a score: `shares` are the percentages of the scores from `first` up."""
    normal = np.sort(np.random.default_rng(SEED).standard_normal(200_000))
    limits = np.quantile(normal, np.cumsum(shares)[:-1] / np.sum(shares))
    return np.searchsorted(limits, latent) + first


def lookup(mapping, keys):
    return np.array([mapping[key] for key in keys])
