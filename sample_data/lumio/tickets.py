"""What happened on each ticket: arrival, customer, answer, resolution and how the customer felt about it."""

from types import SimpleNamespace

import numpy as np

from lumio.world import (
    AGENTS,
    CALENDAR,
    CHANNELS,
    DAY,
    DAYS,
    END,
    HOLIDAYS,
    HOUR,
    LAUNCH,
    STAFFED,
    TEAMS,
    TOPICS,
    draw,
    instant,
    lookup,
    neglect,
    price_anger,
    slip,
    trained,
)

STREAMS = (
    ("zendesk", "Noord", 3950),
    ("zendesk", "Zuid", 3300),
    ("zendesk", "West", 3650),
    ("zendesk", "Zakelijk", 3100),
    ("freshdesk", "Webshop", 4000),
    ("intercom", "Noord", 480),
    ("intercom", "Zuid", 480),
    ("intercom", "West", 560),
    ("intercom", "Webshop", 480),
)
MIX = {
    "Noord": (50, 25, 12, 7, 5),
    "Zuid": (48, 27, 12, 7, 5),
    "West": (47, 24, 14, 8, 6),
    "Zakelijk": (64, 31, 3, 2, 1),
    "Webshop": (50, 12, 25, 6, 6),
    "intercom": (0, 0, 55, 25, 0),
}
HOURS = {
    "phone": (0,) * 8 + (6, 10, 11, 9, 4.5, 6.5, 9, 8, 6.5, 4, 2, 2, 1, 0, 0, 0),
    "other": (
        0.4,
        0.2,
        0.1,
        0.1,
        0.2,
        0.5,
        1.5,
        3.5,
        6,
        9,
        10,
        8.5,
        5,
        7,
        8,
        7.5,
        6.5,
        4.5,
        3,
        3.5,
        3.5,
        2.5,
        1.3,
        0.7,
    ),
}


def ticket_days(rng, team, count):
    """The day of each ticket: weekday, season, holidays, growth, day noise and, for Noord, the launch."""
    day = np.arange(DAYS)
    weight = lookup((1.38, 1.12, 1.02, 1.0, 0.92, 0.42, 0.3), [d.weekday() for d in CALENDAR]) * (
        1 + 0.12 * day / DAYS
    )
    weight *= [
        0.72 if d.month == 8 else 0.9 if d.month == 7 else 1.12 if d.month in (1, 11) else 1 for d in CALENDAR
    ]
    weight *= [0.5 if (d.month, d.day) >= (12, 22) or (d.month, d.day) <= (1, 2) else 1 for d in CALENDAR]
    weight *= np.where([d in HOLIDAYS for d in CALENDAR], 0.4, 1) * rng.lognormal(0, 0.14, DAYS)
    if team == "Noord":
        weight *= np.where((day >= LAUNCH) & (day < LAUNCH + 70), 1.6, np.where(day >= LAUNCH + 70, 1.1, 1))
    return rng.choice(DAYS, count, p=weight / weight.sum())


def created_instants(rng, day, channel):
    """Instants within the days: office peaks, a lunch dip, quiet nights, and a busier Monday morning."""
    weights = np.where((channel == "Phone")[:, None], HOURS["phone"], HOURS["other"]).astype(float)
    weekday = np.array([CALENDAR[d].weekday() for d in day])
    weights[:, 8:11] *= np.where(weekday == 0, 1.5, 1)[:, None]
    hour = draw(rng, range(24), weights)
    clock = zip(day, hour, rng.integers(0, 60, len(day)), rng.integers(0, 60, len(day)), strict=True)
    return np.array([instant(CALENDAR[d], h, m, s) for d, h, m, s in clock]).astype(int)


def ticket_channels(rng, day, team, tool):
    weights = np.array(
        [MIX["intercom" if tl == "intercom" else tm] for tl, tm in zip(tool, team, strict=True)], float
    )
    weights[:, 3] *= 0.45 + 1.4 * neglect(day)
    channel = draw(rng, CHANNELS, weights)
    closed = np.array([CALENDAR[d].weekday() == 6 or CALENDAR[d] in HOLIDAYS for d in day])
    return np.where((channel == "Phone") & closed, "Email", channel)


def ticket_customers(rng, c, day, team):
    """Who wrote: active customers of the team, those about to leave more often; Webshop serves everyone."""
    who = np.empty(len(day), int)
    month = day * 24 // DAYS
    for m, t in sorted({*zip(month.tolist(), team.tolist(), strict=True)}):
        first, last = m * DAYS / 24, (m + 1) * DAYS / 24
        weight = (
            c.busy
            * ((c.start < last) & (c.cancel >= first))
            * np.where((c.cancel < DAYS) & (c.cancel - first < 100), 1.8, 1)
        )
        weight = weight * (np.where(c.team == t, 3, c.team != "Zakelijk") if t == "Webshop" else c.team == t)
        rows = (month == m) & (team == t)
        who[rows] = rng.choice(len(weight), rows.sum(), p=weight / weight.sum())
    return who


def ticket_topics(rng, t):
    weights = np.tile([12, 12, 13, 29, 25, 2, 3], (len(t.day), 1)).astype(float)
    weights[t.team == "Webshop", 1:3] += (30, 25)
    weights[:, 3] *= 1 + 1.2 * slip(t.day) * (t.team == "Noord")
    weights[:, 4] *= 1 + 0.9 * price_anger(t.day)
    weights[:, 5] += 55 * (t.leaving < 30) + 5 * price_anger(t.day)
    return draw(rng, TOPICS, weights)


def make_tickets(rng, c):
    """All tickets of the three help desks, sorted by creation, with everything the exports need."""
    tool = np.repeat([s[0] for s in STREAMS], [s[2] for s in STREAMS])
    team = np.repeat([s[1] for s in STREAMS], [s[2] for s in STREAMS])
    day = np.concatenate([ticket_days(rng, s[1], s[2]) for s in STREAMS])
    channel = ticket_channels(rng, day, team, tool)
    created = created_instants(rng, day, channel)
    created = np.minimum(np.where(tool == "zendesk", created // 60 * 60, created), END - 300)
    order = np.argsort(created, kind="stable")
    t = SimpleNamespace(
        tool=tool[order], team=team[order], day=day[order], channel=channel[order], created=created[order]
    )
    t.who = ticket_customers(rng, c, t.day, t.team)
    away = c.cancel[t.who] - t.day
    t.leaving = np.where((c.cancel[t.who] < DAYS) & (away >= 0), away, 9999)
    t.topic = ticket_topics(rng, t)
    t.box = (
        (t.day >= LAUNCH)
        & (rng.random(len(t.day)) < np.where(t.team == "Noord", 0.35, 0.08))
        & (t.topic == "storing")
    )
    t.priority = draw(
        rng, ("", "Low", "Normal", "High", "Urgent"), np.tile([64, 6, 19, 8, 3], (len(t.day), 1))
    )
    t.agent = np.array(
        [AGENTS[name][i] for name, i in zip(t.team, rng.integers(0, 6, len(t.day)), strict=True)]
    )
    t.noord, t.zuid = slip(t.day) * (t.team == "Noord"), trained(t.day) * (t.team == "Zuid")
    t.ignored = neglect(t.day) * (t.channel == "WhatsApp")
    answer(rng, t)
    resolve(rng, t)
    t.mood = experience(rng, t, c)
    return t


def answer(rng, t):
    """First response (staffed clock, then calendar instant); `silent` tickets never get one."""
    count = len(t.day)
    median = lookup(dict(zip(CHANNELS, (142, 90, 32, 190, 165), strict=True)), t.channel) * 60.0
    median *= lookup(dict(zip(TEAMS, (0.95, 1.1, 0.95, 0.8, 1.1), strict=True)), t.team)
    median *= lookup({"": 1, "Normal": 1, "Low": 1.6, "High": 0.55, "Urgent": 0.22}, t.priority)
    median *= (1 + 1.65 * t.noord) * (1 + 3 * t.ignored) * np.where(t.leaving < 100, 1.5, 1)
    median *= lookup([1.2, 1, 1, 1, 1, 1, 1], [CALENDAR[d].weekday() for d in t.day])
    t.wait = median * rng.lognormal(0, 0.72, count)
    live = (t.channel == "Phone") & (rng.random(count) < 0.4)
    t.wait = np.where(live, rng.integers(60, 480, count), t.wait)
    t.first = np.maximum(STAFFED.after(t.created, t.wait), t.created + 60).astype(int)
    t.first = np.where(live, t.created + t.wait.astype(int), t.first)
    t.first = np.where(t.tool == "zendesk", t.first // 60 * 60, t.first)
    t.silent = rng.random(count) < 0.006 + 0.33 * t.ignored + 0.03 * (t.channel == "Social") + 0.012 * t.noord


def resolve(rng, t):
    """Replies, reopens, first and last resolution; an instant after END means: still open."""
    count = len(t.day)
    one_touch = rng.random(count) < 0.53 + 0.13 * t.zuid - 0.09 * (t.team == "Zuid") - 0.1 * t.noord
    t.replies = np.where(t.silent, 0, np.where(one_touch, 1, 1 + rng.geometric(0.52, count)))
    chance = 0.075 + 0.055 * (t.team == "Zuid") - 0.075 * t.zuid + 0.05 * t.noord + 0.03 * (t.leaving < 100)
    t.reopens = (rng.random(count) < chance) * (1 + (rng.random(count) < 0.15))
    t.reopens[t.silent] = 0
    urgency = lookup({"": 1, "Normal": 1, "Low": 1.5, "High": 0.5, "Urgent": 0.25}, t.priority)
    storm = 1 + 2.5 * (t.day >= DAYS - 4)  # the last days of October 2026: the field engineers are overrun
    slow = (
        storm
        * urgency
        * (1 + 0.7 * t.noord)
        * (1 + 0.8 * t.ignored)
        * np.where(rng.random(count) < 0.045, 16, 1)
    )
    extra = HOUR * np.where(one_touch, 8, 14) * slow * rng.lognormal(0, 0.8, count)
    extra = np.where(one_touch & (rng.random(count) < 0.35), rng.integers(60, 1800, count), extra)
    t.solved_first = np.maximum(STAFFED.after(t.first, extra), t.first + 60).astype(int)
    stale = t.created + (DAY * rng.uniform(25, 65, count)).astype(int)
    t.solved_first = np.where(t.silent, stale, t.solved_first)
    again = STAFFED.after(t.solved_first + DAY, HOUR * 14 * rng.lognormal(0, 0.8, count)).astype(int)
    t.solved = np.where(t.reopens > 0, again, t.solved_first)
    for name in ("solved_first", "solved"):
        value = getattr(t, name)
        setattr(t, name, np.where(t.tool == "zendesk", value // 60 * 60, value))
    t.solved[rng.random(count) < 0.005] += 900 * DAY  # forgotten
    t.deleted = (t.tool == "zendesk") & (rng.random(count) < 0.005)
    t.answered = ~t.silent & (t.first <= END)
    t.done = (t.solved <= END) & ~t.deleted
    t.waiting = rng.random(count)


def experience(rng, t, c):
    """How the contact felt, about standard normal over all tickets."""
    usual = lookup(dict(zip(CHANNELS, (142, 90, 32, 190, 165), strict=True)), t.channel) * 60
    mood = 0.11 + 0.4 * c.mood[t.who] - 0.1 * np.clip(np.log2(t.wait / usual), -2, 4) - 0.7 * t.silent
    mood += -0.45 * (t.reopens > 0) - 0.06 * t.noord + 0.2 * t.zuid - 0.12 * (t.team == "Zuid")
    mood += -0.3 * (t.leaving < 100) - 0.12 * price_anger(t.day) - 0.1 * (t.topic == "factuur")
    return mood + 0.88 * rng.standard_normal(len(t.day))


FIRST_IDS = {"zendesk": 210431, "freshdesk": 5108, "intercom": 215470000310}


def of_tool(t, tool):
    """The tickets of one help desk, numbered as that tool does."""
    rows = t.tool == tool
    part = SimpleNamespace(**{name: values[rows] for name, values in vars(t).items()})
    step = 1 if tool != "intercom" else 37
    part.id = FIRST_IDS[tool] + step * np.arange(rows.sum())
    return part
